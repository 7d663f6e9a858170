/** What each step of a command does to the store. */
import { fits, parseInteger } from './integer.js';
import type { Store, StoredValue } from './store.js';
import { compareValue, joinValues, keyText, makeValue } from './value.js';
import type { Compare, Condition, Op, OpResult, OpStatus, Relation, Value } from './vocabulary.js';

/** Values that one command gives back; a value that would go beyond is refused unless it is the first. An answer must fit a frame. */
export const ANSWER_BYTES_MAX = 16_777_216;

type OpOf<Kind extends Op['kind']> = Extract<Op, { kind: Kind }>;

/** Runs the steps of one command. */
export class CommandRun {
  readonly #store: Store;
  readonly #clockMs: number;
  readonly #valueBytesMax: number;
  #answerBytes = 0;

  constructor(store: Store, clockMs: number, valueBytesMax: number) {
    this.#store = store;
    this.#clockMs = clockMs;
    this.#valueBytesMax = valueBytesMax;
  }

  runAll(ops: readonly Op[]): OpResult[] {
    const results: OpResult[] = [];
    for (const op of ops) results.push(this.#run(op));
    return results;
  }

  holds(compares: readonly Compare[]): boolean {
    return compares.every((compare) =>
      compareHolds(compare, this.#store.touch(keyText(compare.key), this.#clockMs)),
    );
  }

  #run(op: Op): OpResult {
    const key = keyText(op.key);
    const before = this.#store.touch(key, this.#clockMs);
    switch (op.kind) {
      case 'put':
        return this.#put(op, key, before);
      case 'delete':
        return this.#delete(op, key, before);
      case 'increment':
        return this.#increment(op, key, before);
      case 'append':
        return this.#append(op, key, before);
      case 'expire':
        return this.#expire(op, key, before);
      case 'get':
        return this.#get(before);
    }
  }

  #put(op: OpOf<'put'>, key: string, before: StoredValue | undefined): OpResult {
    // The record changes in place: what the answer says of it is read first.
    const previous = op.returnPrevious && before !== undefined ? before.value : null;
    if (!this.#hasRoomFor(previous)) return refused('too-large', before);
    if (!conditionHolds(op.condition, before)) return unchanged('condition-failed', before, previous);
    const expiresAtMs =
      op.ttl === null ? 0 : op.ttl === 'keep' ? (before?.expiresAtMs ?? 0) : deadline(this.#clockMs, op.ttl);
    const value = makeValue(op.value, 0, op.value.length);
    const changed = this.#store.put(key, value, expiresAtMs, this.#clockMs);
    return { status: 'ok', changed, value: previous, revision: this.#store.revision, count: 0 };
  }

  #delete(op: OpOf<'delete'>, key: string, before: StoredValue | undefined): OpResult {
    const previous = op.returnPrevious && before !== undefined ? before.value : null;
    if (!this.#hasRoomFor(previous)) return refused('too-large', before);
    if (!conditionHolds(op.condition, before)) return unchanged('condition-failed', before, previous);
    const changed = this.#store.delete(key, this.#clockMs);
    return { status: 'ok', changed, value: previous, revision: 0, count: 0 };
  }

  #increment(op: OpOf<'increment'>, key: string, before: StoredValue | undefined): OpResult {
    const current = before === undefined ? 0n : parseInteger(before.value);
    if (current === null) return refused('not-an-integer', before);
    const sum = current + op.delta;
    if (!fits(sum)) return refused('overflow', before);
    const value = sum.toString();
    this.#store.put(key, value, before?.expiresAtMs ?? 0, this.#clockMs);
    return { status: 'ok', changed: true, value, revision: this.#store.revision, count: 0 };
  }

  #append(op: OpOf<'append'>, key: string, before: StoredValue | undefined): OpResult {
    const length = (before?.value.length ?? 0) + op.value.length;
    if (length > this.#valueBytesMax) return refused('too-large', before);
    const value = joinValues(before?.value ?? '', op.value);
    this.#store.put(key, value, before?.expiresAtMs ?? 0, this.#clockMs);
    return { status: 'ok', changed: true, value: null, revision: this.#store.revision, count: length };
  }

  #expire(op: OpOf<'expire'>, key: string, before: StoredValue | undefined): OpResult {
    if (before === undefined) return unchanged('ok', before, null);
    const count = before.expiresAtMs !== 0 ? 1 : 0;
    if (op.ttlMs !== null && op.ttlMs <= 0) {
      this.#store.delete(key, this.#clockMs);
      return { status: 'ok', changed: true, value: null, revision: 0, count };
    }
    this.#store.setDeadline(key, op.ttlMs === null ? 0 : deadline(this.#clockMs, op.ttlMs));
    return { status: 'ok', changed: true, value: null, revision: before.revision, count };
  }

  #get(before: StoredValue | undefined): OpResult {
    const value = before?.value ?? null;
    if (!this.#hasRoomFor(value)) return refused('too-large', before);
    return unchanged('ok', before, value);
  }

  #hasRoomFor(value: Value | null): boolean {
    if (value === null) return true;
    if (this.#answerBytes > 0 && this.#answerBytes + value.length > ANSWER_BYTES_MAX) return false;
    this.#answerBytes += value.length;
    return true;
  }
}

/** A deadline so far away that it cannot be said is as far as can be said. */
function deadline(clockMs: number, ttlMs: number): number {
  return Math.min(clockMs + ttlMs, Number.MAX_SAFE_INTEGER);
}

function unchanged(status: OpStatus, before: StoredValue | undefined, value: Value | null): OpResult {
  return { status, changed: false, value, revision: before?.revision ?? 0, count: 0 };
}

function refused(status: OpStatus, before: StoredValue | undefined): OpResult {
  return unchanged(status, before, null);
}

function conditionHolds(condition: Condition | null, before: StoredValue | undefined): boolean {
  if (condition === null) return true;
  switch (condition.kind) {
    case 'absent':
      return before === undefined;
    case 'exists':
      return before !== undefined;
    case 'revision':
      return before !== undefined && before.revision === condition.revision;
    case 'not-revision':
      return before === undefined || before.revision !== condition.revision;
  }
}

function compareHolds(compare: Compare, found: StoredValue | undefined): boolean {
  switch (compare.target) {
    case 'exists':
      return (found !== undefined) === compare.exists;
    case 'revision':
      return relationHolds(compare.relation, (found?.revision ?? 0) - compare.revision);
    case 'createRevision':
      return relationHolds(compare.relation, (found?.createRevision ?? 0) - compare.revision);
    case 'value':
      // An absent key equals no value, and is neither below nor above one.
      if (found === undefined) return compare.relation === '!=';
      return relationHolds(compare.relation, compareValue(found.value, compare.value));
  }
}

function relationHolds(relation: Relation, order: number): boolean {
  switch (relation) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
  }
}
