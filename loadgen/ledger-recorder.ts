import { keyName } from './key-names.js';
import type { LedgerPart } from './messages.js';
import type { LedgerKey } from './options.js';

/**
 * What this worker's clients wrote. A key belongs to the client `key mod clients`, and a client has one request under way, so the
 * writes of a key never overlap and their sequence is the order in which they were acknowledged.
 */
export class LedgerRecorder {
  readonly #acknowledged: Uint32Array;
  readonly #sent: Uint32Array;
  readonly #uncertain = new Map<number, number[]>();
  readonly #clients: number;
  #acknowledgedWrites = 0;

  /** `keys` must be at least `clients`, or some client owns none. */
  constructor(keys: number, clients: number) {
    this.#acknowledged = new Uint32Array(keys);
    this.#sent = new Uint32Array(keys);
    this.#clients = clients;
  }

  /** The client's own key that is nearest to the one the distribution chose. */
  ownKey(chosen: number, client: number): number {
    const own = chosen - (chosen % this.#clients) + client;
    return own < this.#sent.length ? own : own - this.#clients;
  }

  nextSequence(key: number): number {
    this.#sent[key]!++;
    return this.#sent[key]!;
  }

  acknowledge(key: number, sequence: number): void {
    this.#acknowledged[key] = sequence;
    this.#acknowledgedWrites++;
  }

  /** The outcome of this write is unknown and will stay so. */
  leaveUncertain(key: number, sequence: number): void {
    const sequences = this.#uncertain.get(key);
    if (sequences === undefined) this.#uncertain.set(key, [sequence]);
    else sequences.push(sequence);
  }

  part(): LedgerPart {
    return {
      acknowledged: this.#acknowledged,
      sent: this.#sent,
      uncertain: this.#uncertain,
      acknowledgedWrites: this.#acknowledgedWrites,
    };
  }
}

/** Joins the workers' parts; no key is in two of them. Keys that were never written are left out. */
export function mergeLedgerKeys(parts: readonly LedgerPart[], keyPrefix: string): LedgerKey[] {
  const merged: LedgerKey[] = [];
  const keys = parts[0]?.sent.length ?? 0;
  for (let index = 0; index < keys; index++) {
    const part = parts.find((candidate) => candidate.sent[index] !== 0);
    if (part === undefined) continue;
    const uncertain = part.uncertain.get(index);
    merged.push({
      key: keyName(keyPrefix, index),
      index,
      acknowledged: part.acknowledged[index]!,
      sent: part.sent[index]!,
      ...(uncertain === undefined ? {} : { uncertain }),
    });
  }
  return merged;
}
