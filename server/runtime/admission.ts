import { StrataError } from '../errors.js';
import type { Counter } from '../ports/metrics.js';
import { decodeCommand } from '../state/command-codec.js';
import type { Op } from '../state/vocabulary.js';
import type { NodeContext } from './node-context.js';

/**
 * What is let in. Every request that waits in this node, whatever it waits for, is counted here from its arrival to its answer, and refused
 * early when there are too many: a queue without an end only turns overload into time-outs (A2.44). Writes have two more
 * hurdles on the leader: the apply must keep up, and a full store takes no more.
 */
export class Admission {
  readonly #context: NodeContext;
  readonly #refused: Counter;
  #requests = 0;
  #bytes = 0;

  constructor(context: NodeContext) {
    const { metrics } = context;
    this.#context = context;
    this.#refused = metrics.counter('runtime_refused_total', 'Requests refused because a limit was reached.');
    metrics.gauge(
      'runtime_requests_waiting',
      'Requests not yet answered, of clients and other nodes.',
      () => {
        return this.#requests;
      },
    );
    metrics.gauge('runtime_requests_waiting_bytes', 'Bytes of their keys and values.', () => this.#bytes);
    metrics.gauge('state_apply_lag_entries', 'Entries committed and not yet applied.', () => this.#applyLag);
  }

  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts a request in, which `leave` must follow; or says why not. */
  enter(bytes: number): StrataError | null {
    const { id, isRemoved, limits } = this.#context;
    // Nobody will ever answer what it passes on; a client that waits for its time-out could have asked a member.
    if (isRemoved) return new StrataError('STRATA_NODE_REMOVED', { actual: id });
    const { waitingRequestsMax, waitingBytesMax } = limits;
    if (this.#requests >= waitingRequestsMax)
      return this.#overloaded('The node', this.#requests, waitingRequestsMax);
    // One request above the limit passes when nothing else waits, else it could never be made.
    if (this.#bytes + bytes > waitingBytesMax && this.#requests > 0)
      return this.#overloaded(`The node with ${this.#bytes} bytes`, this.#requests, waitingRequestsMax);
    this.#requests += 1;
    this.#bytes += bytes;
    return null;
  }

  leave(bytes: number): void {
    this.#requests -= 1;
    this.#bytes -= bytes;
  }

  /** Why no write at all can be proposed at the moment; asked once for all that came in a turn. */
  writeRefusal(): StrataError | null {
    const { log, limits } = this.#context;
    if (log.health.isFull) {
      return new StrataError('STRATA_DISK_FULL', { operation: 'append', file: 'the write-ahead log' });
    }
    const lag = this.#applyLag;
    if (lag <= limits.applyLagEntriesMax) return null;
    const what = 'The queue of committed entries';
    return new StrataError('STRATA_OVERLOADED', { what, actual: lag, limit: limits.applyLagEntriesMax });
  }

  /** So many writes were given `writeRefusal` for an answer. */
  countRefused(writes: number): void {
    this.#refused.add(writes);
  }

  /** Which limit the store has reached, null for none; asked once for all writes that came in a turn. */
  fullness(): 'stateBytesMax' | 'keysMax' | null {
    const { machine, limits } = this.#context;
    if (machine.stateBytes >= limits.stateBytesMax) return 'stateBytesMax';
    return machine.keyCount >= limits.keysMax ? 'keysMax' : null;
  }

  /**
   * Why a write cannot go into a store that has reached `limit`; null when it adds nothing. What is proposed and not yet applied is not counted:
   * it is bounded by `raft.uncommittedBytesMax`.
   */
  growthRefusal(limit: 'stateBytesMax' | 'keysMax', data: Uint8Array): StrataError | null {
    const { machine, limits } = this.#context;
    // With too many bytes every value counts, with too many keys only new ones do.
    const grows = ({ kind, key }: Op): boolean =>
      (kind === 'put' || kind === 'append' || kind === 'increment') &&
      (limit === 'stateBytesMax' || machine.get(key) === undefined);
    const { command } = decodeCommand(data);
    const isGrowing =
      command.kind === 'batch'
        ? command.ops.some(grows)
        : command.kind === 'txn' && (command.success.some(grows) || command.failure.some(grows));
    if (!isGrowing) return null;
    this.#refused.add(1);
    const isBytes = limit === 'stateBytesMax';
    return new StrataError('STRATA_STATE_FULL', {
      actual: isBytes ? machine.stateBytes : machine.keyCount,
      unit: isBytes ? 'bytes' : 'keys',
      limit: limits[limit],
      field: limit,
    });
  }

  get #applyLag(): number {
    return Math.max(0, this.#context.raw.commitIndex - this.#context.machine.appliedIndex);
  }

  #overloaded(what: string, actual: number, limit: number): StrataError {
    this.#refused.add(1);
    return new StrataError('STRATA_OVERLOADED', { what, actual, limit });
  }
}
