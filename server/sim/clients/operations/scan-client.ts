import type { Consistency } from '../../../ports/key-value-service.js';
import { keyText, textBytes, valueText } from '../../../state/value.js';
import type { Query, QueryResult } from '../../../state/vocabulary.js';
import type { SimulatedNode } from '../../contracts.js';
import { Violation } from '../../violation.js';
import type { Actor, Operation } from '../actor.js';
import { APPENDED, REGISTERS } from './register-client.js';

const RANGE_BYTES_MAX = 65_536;

/** Ranges: in order, whole, as of one revision of the store. */
export class ScanClient {
  readonly #actor: Actor;

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  readonly run: Operation = (end) => {
    const { caller, random } = this.#actor;
    const node = caller.anyNode();
    if (node === null) return false;
    const consistency = random.pick(['linearizable', 'linearizable', 'lease', 'stale'] as const);
    this.scan(node, random.pick([REGISTERS, APPENDED, 'p']), consistency, random.pick([2, 100]), end);
    return true;
  };

  /** `end` says whether it was answered. */
  scan(
    node: SimulatedNode,
    prefix: string,
    consistency: Consistency,
    limit: number,
    end: (isAnswered: boolean) => void,
  ): void {
    const { oracle } = this.#actor.shared;
    const floors = oracle.floors();
    const known = new Map(oracle.recordsOf(prefix).map(({ key, floor }) => [key, floor]));
    const stale = oracle.appliedBy(`${node.id}/${node.life}`);
    const isFresh = consistency !== 'stale';
    this.#actor.ask<QueryResult>(
      node,
      'scan',
      (service, context, done) => service.query(rangeOf(prefix, limit), consistency, context, done),
      (answer) => {
        if (answer.type === 'ok') {
          const { result } = answer;
          if (isFresh) {
            oracle.sawIndex(result.appliedIndex, floors);
            oracle.sawRevision(result.revision, floors);
          } else oracle.sawStale(answer.from, result.appliedIndex, stale);
          this.#check(result, prefix, limit, isFresh ? known : new Map());
        }
        end(answer.type === 'ok');
        return `${prefix} ${consistency} ${answer.type === 'ok' ? answer.result.items.length : ''}`;
      },
    );
  }

  #check(result: QueryResult, prefix: string, limit: number, known: ReadonlyMap<string, number>): void {
    const { items, more, revision } = result;
    const shown = new Map(items.map((item) => [keyText(item.key), item]));
    const names = [...shown.keys()];
    if (shown.size !== items.length || names.some((name, at) => at > 0 && names[at - 1]! >= name))
      this.#violation(`${names} is not in order`);
    if (items.length > limit || (more && items.length === 0))
      this.#violation(`${items.length} items, asked for at most ${limit}`);
    const last = names.at(-1) ?? '';
    for (const record of this.#actor.shared.oracle.recordsOf(prefix)) {
      // A range that was cut off says nothing of what comes behind it.
      if (more && record.key > last) continue;
      const item = shown.get(record.key);
      // All of it is one moment: what is known to be older than the whole must show.
      const asOf = record.floor <= revision ? record.floor : 0;
      const floor = Math.max(known.get(record.key) ?? 0, asOf);
      if (item === undefined) record.shown(null, 0, floor);
      else record.shown(item.value === null ? null : valueText(item.value), item.revision, floor);
      shown.delete(record.key);
    }
    if (shown.size > 0) this.#violation(`nobody wrote ${[...shown.keys()]}`);
    if (items.some((item) => item.revision > revision))
      this.#violation(`an item is newer than the store at ${revision}`);
  }

  #violation(message: string): never {
    throw new Violation('scan', message);
  }
}

function rangeOf(prefix: string, limit: number): Query {
  const start = textBytes(prefix);
  const end = textBytes(String.fromCharCode(prefix.charCodeAt(0) + 1));
  return { kind: 'range', start, end, limit, bytesMax: RANGE_BYTES_MAX, keysOnly: false };
}
