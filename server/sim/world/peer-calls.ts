import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { NetworkOptions } from './sim-network.js';
import type { Station } from './station.js';

type RequestDone = (error: Error | null, response: Uint8Array | null) => void;

/** What requests need of the wires. */
export interface Ways {
  station(id: NodeId): Station | null;
  connects(from: Station, to: Station): boolean;
  /** When something sent now arrives. */
  arrival(from: NodeId, to: NodeId): number;
  loss(): number;
}

/** One question of a node to another, until it is settled: once. */
interface Call {
  readonly from: Station;
  readonly to: NodeId;
  readonly method: string;
  readonly settle: RequestDone;
}

/**
 * Questions between nodes, such as a forwarded write. As over the real transport: who cannot be reached is known at once, a connection that
 * breaks leaves the outcome open, and nobody waits for ever.
 */
export class PeerCalls {
  readonly #options: NetworkOptions;
  readonly #ways: Ways;

  constructor(options: NetworkOptions, ways: Ways) {
    this.#options = options;
    this.#ways = ways;
  }

  request(from: Station, to: NodeId, method: string, payload: Uint8Array, done: RequestDone): void {
    const { trace, counts, requestTimeoutMs: limitMs } = this.#options;
    if (from.clock.isDead) return;
    trace(`ask ${from.id}>${to} ${method} ${payload.length}`);
    counts.add('requests between nodes');
    const target = this.#ways.station(to);
    const reason = obstacle(from, to, target, () => target !== null && this.#ways.connects(from, target));
    if (reason !== null) {
      from.clock.defer(() => done(new StrataError('STRATA_PEER_UNREACHABLE', { node: to, reason }), null));
      return;
    }
    let isSettled = false;
    const settle: RequestDone = (error, response) => {
      if (isSettled) return;
      isSettled = true;
      timer.cancel();
      trace(`told ${from.id}<${to} ${method} ${error instanceof StrataError ? error.code : 'ok'}`);
      done(error, response);
    };
    const timer = from.clock.after(limitMs, () =>
      settle(new StrataError('STRATA_TIMEOUT', { limitMs }), null),
    );
    this.#ask({ from, to, method, settle }, payload.slice());
  }

  #ask(call: Call, payload: Uint8Array): void {
    const { from, to, method } = call;
    if (this.#isLost()) this.#breakOff(call);
    else
      this.#options.timeline.at(this.#ways.arrival(from.id, to), () => {
        const target = this.#ways.station(to);
        if (target === null) this.#breakOff(call);
        else
          target.clock.run(() => {
            if (!this.#ways.connects(from, target)) return;
            target.handler?.onRequest(from.id, method, payload, (response) =>
              this.#answer(call, target, response),
            );
          });
      });
  }

  #answer(call: Call, target: Station, response: Uint8Array): void {
    if (target.clock.isDead) return;
    const copy = response.slice();
    if (this.#isLost()) this.#breakOff(call);
    else
      this.#options.timeline.at(this.#ways.arrival(target.id, call.from.id), () =>
        call.from.clock.run(() => {
          if (this.#ways.connects(target, call.from)) call.settle(null, copy);
        }),
      );
  }

  #isLost(): boolean {
    const loss = this.#ways.loss();
    return loss > 0 && this.#options.random.chance(loss);
  }

  /** The connection is gone: nobody knows what became of the question. */
  #breakOff({ from, to, settle }: Call): void {
    this.#options.counts.add('requests cut off');
    from.clock.after(1, () => settle(new StrataError('STRATA_PEER_LOST', { node: to }), null));
  }
}

/** Why a question cannot leave; null when it can. A wire that was cut under a connection is noticed by the silence alone. */
function obstacle(from: Station, to: NodeId, target: Station | null, connects: () => boolean): string | null {
  if (!from.members.has(to) && !from.greeted.has(to)) return 'it is not a member';
  const isLinked = target !== null && ((from.greeted.has(to) && target.greeted.has(from.id)) || connects());
  return isLinked ? null : 'there is no connection to it';
}
