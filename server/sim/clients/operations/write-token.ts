import type { Actor } from '../actor.js';
import type { Ask } from '../caller.js';
import type { Recorded } from '../history-log.js';
import type { KeyRecord } from '../oracle/key-record.js';

/** A write of one token to one key or, in a transaction, to several. */
export interface TokenWrite<Result> {
  readonly name: string;
  readonly keys: readonly string[];
  readonly token: string;
  readonly isAppend: boolean;
  /** Null for what the histories have no word for. */
  readonly recorded: Recorded | null;
  readonly ask: Ask<Result>;
  /** Revision of the write, null when a condition did not hold and nothing was written. */
  readonly revisionOf: (
    result: Result,
    records: readonly KeyRecord[],
    floors: readonly number[],
  ) => number | null;
  readonly onWritten?: (revision: number) => void;
}

/** Sends it and holds the answer, and all later answers, to what is known. */
export function writeToken<Result>(actor: Actor, write: TokenWrite<Result>, end: () => void): boolean {
  const node = actor.caller.anyNode();
  if (node === null) return false;
  const { history, oracle } = actor.shared;
  const { keys, token, isAppend, recorded, name } = write;
  const records = keys.map((key) => oracle.record(key));
  const before = oracle.floors();
  const floors = records.map(({ floor }) => floor);
  for (const record of records) record.begin(token, isAppend);
  if (recorded !== null) history.invoke(actor.recorder, recorded);
  const over = (type: 'ok' | 'fail' | 'info'): void => {
    if (recorded !== null) history.end(actor.recorder, type, recorded);
    end();
  };
  actor.ask(node, name, write.ask, (answer) => {
    if (answer.type === 'ok') {
      const revision = write.revisionOf(answer.result, records, floors);
      if (revision !== null) {
        accept(records, token, revision, floors);
        oracle.wrote(revision, before);
        write.onWritten?.(revision);
        over('ok');
        return `${keys} ${token}@${revision}`;
      }
    }
    if (answer.type !== 'info') for (const record of records) record.failed(token);
    over(answer.type === 'info' ? 'info' : 'fail');
    return `${keys} ${token}`;
  });
  return true;
}

function accept(
  records: readonly KeyRecord[],
  token: string,
  revision: number,
  floors: readonly number[],
): void {
  for (const [at, record] of records.entries()) record.written(token, revision, floors[at]!);
}
