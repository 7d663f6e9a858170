import type { ReadResult, WriteResult } from '../../../ports/key-value-service.js';
import { textBytes, valueText } from '../../../state/value.js';
import type { Command, CommandResult, Compare, Condition, Op } from '../../../state/vocabulary.js';
import { Violation } from '../../violation.js';
import type { Actor, Operation } from '../actor.js';
import type { KeyRecord } from '../oracle/key-record.js';
import { writeToken } from './write-token.js';

/** Keys of these two kinds: a history asks one kind of a key only. */
export const REGISTERS = 'r';
export const APPENDED = 'k';

interface Known {
  readonly value: string | null;
  readonly revision: number;
}

/** Plain puts, appends, compare-and-sets and reads of the keys that all clients share. */
export class RegisterClient {
  readonly #actor: Actor;
  readonly #keys: number;
  /** What this client saw last of each key. */
  readonly #known = new Map<string, Known>();

  constructor(actor: Actor, keys: number) {
    this.#actor = actor;
    this.#keys = keys;
  }

  readonly write: Operation = (end) => {
    const key = this.#anyKey();
    return key.startsWith(APPENDED) && this.#actor.random.chance(0.6)
      ? this.#append(key, end)
      : this.#put(key, end);
  };

  readonly compareAndSet: Operation = (end) => {
    const key = `${REGISTERS}${this.#actor.random.between(0, this.#registers - 1)}`;
    const known = this.#known.get(key) ?? { value: null, revision: 0 };
    return this.#swap(key, known, end);
  };

  readonly read: Operation = (end) => this.#read('linearizable', end);
  readonly leaseRead: Operation = (end) => this.#read('lease', end);

  readonly staleRead: Operation = (end) => {
    const node = this.#actor.caller.anyNode();
    if (node === null) return false;
    const { oracle } = this.#actor.shared;
    const key = this.#anyKey();
    const before = oracle.appliedBy(`${node.id}/${node.life}`);
    this.#actor.ask<ReadResult>(
      node,
      'stale read',
      (service, context, done) => service.get(textBytes(key), 'stale', context, done),
      (answer) => {
        end();
        if (answer.type !== 'ok') return key;
        const { appliedIndex, revision } = answer.result;
        const value = textOf(answer.result);
        oracle.sawStale(answer.from, appliedIndex, before);
        oracle.record(key).shown(value, revision, 0);
        oracle.sawKey(revision);
        return `${key} ${value}@${revision}`;
      },
    );
    return true;
  };

  get #registers(): number {
    return Math.ceil(this.#keys / 2);
  }

  #anyKey(): string {
    const at = this.#actor.random.between(0, this.#keys - 1);
    return at % 2 === 0 ? `${REGISTERS}${at / 2}` : `${APPENDED}${(at - 1) / 2}`;
  }

  #read(consistency: 'linearizable' | 'lease', end: () => void): boolean {
    const { caller, recorder, shared } = this.#actor;
    const node = caller.anyNode();
    if (node === null) return false;
    const { history, oracle } = shared;
    const key = this.#anyKey();
    const record = oracle.record(key);
    const floors = oracle.floors(key);
    const f = key.startsWith(REGISTERS) ? 'read' : 'get';
    history.invoke(recorder, { f, key, value: null });
    this.#actor.ask<ReadResult>(
      node,
      consistency === 'lease' ? 'lease read' : 'read',
      (service, context, done) => service.get(textBytes(key), consistency, context, done),
      (answer) => {
        if (answer.type !== 'ok') {
          history.end(recorder, answer.type, { f, key, value: null });
          end();
          return key;
        }
        const { appliedIndex, revision } = answer.result;
        const value = textOf(answer.result);
        history.end(recorder, 'ok', { f, key, value });
        record.shown(value, revision, floors.key);
        oracle.sawIndex(appliedIndex, floors);
        oracle.sawKey(revision);
        this.#known.set(key, { value, revision });
        end();
        return `${key} ${value}@${revision}`;
      },
    );
    return true;
  }

  #put(key: string, end: () => void): boolean {
    const token = this.#actor.token();
    const recorded = { f: key.startsWith(REGISTERS) ? 'write' : 'put', key, value: token } as const;
    return writeToken<WriteResult>(
      this.#actor,
      {
        name: 'put',
        keys: [key],
        token,
        isAppend: false,
        recorded,
        ask: (service, context, done) => service.put(textBytes(key), textBytes(token), context, done),
        revisionOf: ({ revision, changed }, _records, floors) => {
          if (changed && floors[0]! > 0)
            throw new Violation(
              'lost acknowledged write',
              `key ${key}: ${token} made it anew at ${revision}, it had revision ${floors[0]}`,
            );
          return revision;
        },
        onWritten: (revision) => this.#known.set(key, { value: token, revision }),
      },
      end,
    );
  }

  #append(key: string, end: () => void): boolean {
    const token = this.#actor.token();
    const op: Op = { kind: 'append', key: textBytes(key), value: textBytes(token) };
    return writeToken<CommandResult>(
      this.#actor,
      {
        name: 'append',
        keys: [key],
        token,
        isAppend: true,
        recorded: { f: 'append', key, value: token },
        ask: (service, context, done) =>
          service.write({ kind: 'batch', ops: [op], session: null }, context, done),
        revisionOf: ({ results }) => results[0]!.revision,
      },
      end,
    );
  }

  /** By revision as an HTTP client does it (If-Match), or by value as a transaction. */
  #swap(key: string, known: Known, end: () => void): boolean {
    const { random } = this.#actor;
    const token = this.#actor.token();
    const command = random.chance(0.5) ? swapByRevision(key, known, token) : swapByValue(key, known, token);
    return writeToken<CommandResult>(
      this.#actor,
      {
        name: 'compare-and-set',
        keys: [key],
        token,
        isAppend: false,
        recorded: { f: 'cas', key, value: [known.value, token] },
        ask: (service, context, done) => service.write(command, context, done),
        revisionOf: ({ results, succeeded }, records, floors) => {
          const { revision, status, value } = results[0]!;
          const found = value === null ? null : valueText(value);
          if (!succeeded || status !== 'ok') {
            this.#refused(key, known, { value: found, revision }, records[0]!, floors[0]!);
            return null;
          }
          if (found !== known.value) {
            const what = `a compare-and-set against ${known.value}@${known.revision} replaced ${found}`;
            throw new Violation('lost update', `key ${key}: ${what}`);
          }
          records[0]!.swapped(known.revision, revision);
          return revision;
        },
        onWritten: (revision) => this.#known.set(key, { value: token, revision }),
      },
      end,
    );
  }

  /** The condition did not hold: then something else must have been there, and nothing old. */
  #refused(key: string, expected: Known, found: Known, record: KeyRecord, floor: number): void {
    if (found.value === expected.value)
      throw new Violation(
        'refused compare-and-set',
        `key ${key}: ${expected.value}@${expected.revision} was there, and the condition is said not to hold`,
      );
    record.shown(found.value, found.revision, floor);
    this.#known.set(key, found);
  }
}

function swapByRevision(key: string, { revision }: Known, token: string): Command {
  const condition: Condition = revision === 0 ? { kind: 'absent' } : { kind: 'revision', revision };
  return { kind: 'batch', ops: [putOf(key, token, condition)], session: null };
}

function swapByValue(key: string, { value }: Known, token: string): Command {
  const name = textBytes(key);
  const compare: Compare =
    value === null
      ? { target: 'exists', key: name, exists: false }
      : { target: 'value', key: name, relation: '=', value: textBytes(value) };
  const success = [putOf(key, token, null)];
  return { kind: 'txn', compares: [compare], success, failure: [{ kind: 'get', key: name }], session: null };
}

function putOf(key: string, token: string, condition: Condition | null): Op {
  return {
    kind: 'put',
    key: textBytes(key),
    value: textBytes(token),
    ttl: null,
    condition,
    returnPrevious: true,
  };
}

function textOf({ value }: ReadResult): string | null {
  return value === null ? null : valueText(value);
}
