/**
 * The state machine as one would explain it: everything in plain maps, nothing incremental, nothing fast. Values and keys are Latin-1 text.
 * Written from the vocabulary, not from the implementation, so that the two may disagree.
 */
import type { CommandLimits } from '../command-codec.js';
import { valueText } from '../value.js';
import type { Command, CommandResult, Compare, Condition, Op, OpResult } from '../vocabulary.js';

export interface ModelKey {
  readonly value: string;
  readonly revision: number;
  readonly createRevision: number;
  readonly expiresAtMs: number;
}

interface ModelSession {
  floor: number;
  readonly answers: Map<number, CommandResult>;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export class StateModel {
  keys = new Map<string, ModelKey>();
  revision = 0;
  clockMs = 0;
  /** Least recently used first. */
  sessions: [number, ModelSession][] = [];
  events: string[] = [];
  #changed = false;

  plain(key: Uint8Array, value: Uint8Array | null): { revision: number; changed: boolean } {
    const ttl = null;
    const rest = { condition: null, returnPrevious: false };
    const op: Op =
      value === null ? { kind: 'delete', key, ...rest } : { kind: 'put', key, value, ttl, ...rest };
    const [result] = this.#inCommand(() => [this.#run(op, Number.MAX_SAFE_INTEGER)]);
    return { revision: this.revision, changed: result!.changed };
  }

  /** `settledTo`: of a command that was passed on by a node, whose session keeps more. */
  command(
    index: number,
    command: Command,
    stampMs: number,
    limits: CommandLimits,
    settledTo: number | null = null,
  ): CommandResult {
    this.clockMs = Math.max(this.clockMs, stampMs);
    switch (command.kind) {
      case 'batch':
      case 'txn':
        return this.#request(command, limits, settledTo);
      case 'open-session':
        this.sessions.push([index, { floor: 0, answers: new Map() }]);
        this.sessions = this.sessions.slice(-limits.sessionsMax);
        return this.#answer(true, [], index);
      case 'expire-due': {
        const due = [...this.keys].filter(([, { expiresAtMs: at }]) => at !== 0 && at <= this.clockMs);
        due.sort(([a, x], [b, y]) => x.expiresAtMs - y.expiresAtMs || (a < b ? -1 : 1));
        this.#inCommand(() => {
          for (const [key] of due.slice(0, 1_000)) this.#remove(key, 'expire');
        });
        return this.#answer(true, []);
      }
      case 'register-storage':
        return this.#answer(false, []);
    }
  }

  #request(
    command: Extract<Command, { kind: 'batch' | 'txn' }>,
    limits: CommandLimits,
    settledTo: number | null,
  ): CommandResult {
    const { session: ref } = command;
    if (ref === null) return this.#steps(command, limits);
    const at = this.sessions.findIndex(([id]) => id === ref.session);
    if (at < 0) return this.#answer(false, [], 0, 'expired');
    const [entry] = this.sessions.slice(at, at + 1);
    const session = entry![1];
    const known = session.answers.get(ref.sequence);
    if (known === undefined && ref.sequence <= session.floor) return this.#answer(false, [], 0, 'stale');
    this.sessions = [...this.sessions.filter(([id]) => id !== ref.session), entry!];
    if (known !== undefined) return known;
    const answer = this.#steps(command, limits);
    session.answers.set(ref.sequence, answer);
    for (const old of [...session.answers.keys()]) if (old <= (settledTo ?? 0)) session.answers.delete(old);
    session.floor = Math.max(session.floor, settledTo ?? 0);
    while (session.answers.size > (settledTo === null ? limits.sessionAnswersMax : 4_096)) {
      session.floor = Math.min(...session.answers.keys());
      session.answers.delete(session.floor);
    }
    return answer;
  }

  #steps(command: Extract<Command, { kind: 'batch' | 'txn' }>, limits: CommandLimits): CommandResult {
    let succeeded = true;
    const results = this.#inCommand(() => {
      if (command.kind === 'txn') {
        // Not before the first that fails only: a comparison that is not looked at must not end a key.
        for (const compare of command.compares) succeeded = succeeded && this.#holds(compare);
      }
      const ops = command.kind === 'batch' ? command.ops : succeeded ? command.success : command.failure;
      return ops.map((op) => this.#run(op, limits.valueBytesMax));
    });
    return this.#answer(succeeded, results);
  }

  #inCommand<Result>(run: () => Result): Result {
    this.#changed = false;
    const result = run();
    if (this.#changed) this.revision += 1;
    return result;
  }

  #answer(
    succeeded: boolean,
    results: OpResult[],
    session = 0,
    sessionFault: CommandResult['sessionFault'] = null,
  ): CommandResult {
    return { revision: this.revision, succeeded, results, session, sessionFault };
  }

  #see(key: string): ModelKey | undefined {
    const found = this.keys.get(key);
    if (found === undefined || found.expiresAtMs === 0 || found.expiresAtMs > this.clockMs) return found;
    this.#remove(key, 'expire');
    return undefined;
  }

  #remove(key: string, type: 'delete' | 'expire'): void {
    this.keys.delete(key);
    this.#changed = true;
    this.events.push(`${this.revision + 1} ${type} ${key}`);
  }

  #write(key: string, value: string, expiresAtMs: number): void {
    const revision = this.revision + 1;
    const createRevision = this.keys.get(key)?.createRevision ?? revision;
    this.keys.set(key, { value, revision, createRevision, expiresAtMs });
    this.#changed = true;
    this.events.push(`${revision} put ${key} ${value}`);
  }

  #run(op: Op, valueBytesMax: number): OpResult {
    const key = text(op.key);
    const before = this.#see(key);
    const previous =
      (op.kind === 'put' || op.kind === 'delete') && op.returnPrevious ? (before?.value ?? null) : null;
    const done = (changed: boolean, value: string | null = null, count = 0): OpResult => {
      return { status: 'ok', changed, value, revision: this.keys.get(key)?.revision ?? 0, count };
    };
    const no = (status: OpResult['status']): OpResult => ({ ...done(false, previous), status });
    switch (op.kind) {
      case 'put': {
        if (!conditionHolds(op.condition, before)) return no('condition-failed');
        const kept = op.ttl === 'keep' ? (before?.expiresAtMs ?? 0) : 0;
        this.#write(key, text(op.value), typeof op.ttl === 'number' ? this.clockMs + op.ttl : kept);
        return done(before === undefined, previous);
      }
      case 'delete':
        if (!conditionHolds(op.condition, before)) return no('condition-failed');
        if (before !== undefined) this.#remove(key, 'delete');
        return done(before !== undefined, previous);
      case 'increment': {
        const current = before === undefined ? '0' : before.value;
        if (!/^-?\d+$/.test(current) || BigInt(current).toString() !== current) return no('not-an-integer');
        if (BigInt(current) < INT64_MIN || BigInt(current) > INT64_MAX) return no('not-an-integer');
        const sum = BigInt(current) + op.delta;
        if (sum < INT64_MIN || sum > INT64_MAX) return no('overflow');
        this.#write(key, String(sum), before?.expiresAtMs ?? 0);
        return done(true, String(sum));
      }
      case 'append': {
        const value = (before?.value ?? '') + text(op.value);
        if (value.length > valueBytesMax) return no('too-large');
        this.#write(key, value, before?.expiresAtMs ?? 0);
        return done(true, null, value.length);
      }
      case 'expire': {
        if (before === undefined) return done(false);
        const count = before.expiresAtMs === 0 ? 0 : 1;
        if (op.ttlMs !== null && op.ttlMs <= 0) {
          this.#remove(key, 'delete');
          return done(true, null, count);
        }
        const expiresAtMs = op.ttlMs === null ? 0 : this.clockMs + op.ttlMs;
        if (expiresAtMs !== before.expiresAtMs) this.#changed = true;
        this.keys.set(key, { ...before, expiresAtMs });
        return done(true, null, count);
      }
      case 'get':
        return done(false, before?.value ?? null);
    }
  }

  #holds(compare: Compare): boolean {
    const found = this.#see(text(compare.key));
    if (compare.target === 'exists') return compare.exists === (found !== undefined);
    if (compare.target === 'value' && found === undefined) return compare.relation === '!=';
    const left = compare.target === 'value' ? found!.value : (found?.[compare.target] ?? 0);
    const right = compare.target === 'value' ? text(compare.value) : compare.revision;
    return { '=': left === right, '!=': left !== right, '<': left < right, '>': left > right }[
      compare.relation
    ];
  }
}

function conditionHolds(condition: Condition | null, before: ModelKey | undefined): boolean {
  if (condition === null) return true;
  if (condition.kind === 'absent') return before === undefined;
  if (condition.kind === 'exists') return before !== undefined;
  return (before?.revision === condition.revision) === (condition.kind === 'revision');
}

/** Values as text, so that the form in which they are kept does not matter. */
export function plainResult(result: CommandResult): CommandResult {
  return {
    ...result,
    results: result.results.map((each) => ({
      ...each,
      value: each.value === null ? null : valueText(each.value),
    })),
  };
}
