import type { ReadResult } from '../../../ports/key-value-service.js';
import { textBytes, valueText } from '../../../state/value.js';
import type { CommandResult, Op } from '../../../state/vocabulary.js';
import { Violation } from '../../violation.js';
import type { Actor, Operation } from '../actor.js';

const TTL_MS_MIN = 20;
const TTL_MS_MAX = 1_500;
/** Beyond what the store keeps as a string. */
const LARGE_BYTES = 1_500;
/** Whole milliseconds on both sides. */
const ROUNDING_MS = 3;

/** What a write made of the key. */
interface State {
  /** Null: deleted. */
  readonly value: string | null;
  /** Null: for ever. */
  readonly ttlMs: number | null;
  readonly askedNs: number;
}

/**
 * A key that only this client writes: with a time to live, for ever, or a deletion. It is what was acknowledged last or a write that came after and has an
 * unknown outcome; one that is said to be gone must have had the time to go (reliability case A2.11: no node's clock may shorten it).
 */
export class OwnKeyClient {
  readonly #actor: Actor;
  /** The last acknowledged one first; then those nobody knows of, which may take effect whenever they like. */
  #states: State[] = [{ value: null, ttlMs: null, askedNs: 0 }];

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  get key(): string {
    return `e${this.#actor.id}`;
  }

  readonly run: Operation = (end) => {
    const { random } = this.#actor;
    return random.chance(0.5) ? this.#write(end) : this.#read(end);
  };

  /** After everything is over: the value, null for absent, that the key has for good, undefined while it is not settled. */
  get final(): string | null | undefined {
    if (this.#states.length > 1) return undefined;
    const { value, ttlMs } = this.#states[0]!;
    return ttlMs === null ? value : null;
  }

  #write(end: () => void): boolean {
    const { caller, random, shared } = this.#actor;
    const node = caller.anyNode();
    if (node === null) return false;
    const isDeletion = random.chance(0.15);
    const ttlMs = isDeletion || random.chance(0.2) ? null : random.between(TTL_MS_MIN, TTL_MS_MAX);
    const padding = random.chance(0.1) ? 'x'.repeat(LARGE_BYTES) : '';
    const value = isDeletion ? null : `${this.#actor.token()}${padding}`;
    const state: State = { value, ttlMs, askedNs: shared.world.clock.nowNs() };
    const floors = shared.oracle.floors();
    this.#states.push(state);
    this.#actor.ask<CommandResult>(
      node,
      isDeletion ? 'delete' : 'expiring put',
      (service, context, done) =>
        service.write({ kind: 'batch', ops: [opOf(this.key, state)], session: null }, context, done),
      (answer) => {
        end();
        // Those before it may come after it still; what was acknowledged before is gone.
        if (answer.type === 'fail') this.#states.pop();
        if (answer.type === 'ok') {
          this.#states.pop();
          this.#states[0] = state;
          if (answer.result.results[0]!.changed || !isDeletion)
            shared.oracle.wrote(answer.result.revision, floors);
        }
        return `${this.key} ${short(value)} ${ttlMs}`;
      },
    );
    return true;
  }

  #read(end: () => void): boolean {
    const { caller, random, shared } = this.#actor;
    const node = caller.anyNode();
    if (node === null) return false;
    const floors = shared.oracle.floors();
    const consistency = random.chance(0.3) ? 'lease' : 'linearizable';
    this.#actor.ask<ReadResult>(
      node,
      'own read',
      (service, context, done) => service.get(textBytes(this.key), consistency, context, done),
      (answer) => {
        end();
        if (answer.type !== 'ok') return this.key;
        const value = this.check(answer.result);
        shared.oracle.sawIndex(answer.result.appliedIndex, floors);
        return `${this.key} ${short(value)}`;
      },
    );
    return true;
  }

  /** What a fresh read shows, against all that it may show. Gives the value back. */
  check({ value, ttlMs }: Pick<ReadResult, 'value' | 'ttlMs'>): string | null {
    const text = value === null ? null : valueText(value);
    const nowNs = this.#actor.shared.world.clock.nowNs();
    if (text === null) {
      if (!this.#states.some((state) => state.value === null || this.#mayBeOver(state, nowNs)))
        this.#violation(`it is gone, it may be ${this.#words(nowNs)}`);
      return null;
    }
    const state = this.#states.find((candidate) => candidate.value === text);
    if (state === undefined) this.#violation(`it is ${short(text)}, it may be ${this.#words(nowNs)}`);
    if ((ttlMs === null) !== (state.ttlMs === null) || (ttlMs !== null && ttlMs > state.ttlMs!))
      this.#violation(`${short(text)} has ${ttlMs} ms left of ${state.ttlMs}`);
    return text;
  }

  #mayBeOver({ ttlMs, askedNs }: State, nowNs: number): boolean {
    if (ttlMs === null) return false;
    const { clockDrift } = this.#actor.shared.world.plan.faults;
    return (nowNs - askedNs) / 1e6 + ROUNDING_MS >= ttlMs * (1 - clockDrift);
  }

  #words(nowNs: number): string {
    return this.#states
      .map(
        ({ value, ttlMs, askedNs }) =>
          `${short(value)} (${ttlMs} ms, asked ${(nowNs - askedNs) / 1e6} ms ago)`,
      )
      .join(' or ');
  }

  #violation(message: string): never {
    throw new Violation('own key', `key ${this.key}: ${message}`);
  }
}

function opOf(name: string, { value, ttlMs }: State): Op {
  const key = textBytes(name);
  if (value === null) return { kind: 'delete', key, condition: null, returnPrevious: false };
  return { kind: 'put', key, value: textBytes(value), ttl: ttlMs, condition: null, returnPrevious: false };
}

function short(value: string | null): string {
  return value === null ? 'nothing' : value.length < 20 ? value : `${value.slice(0, 20)}… (${value.length})`;
}
