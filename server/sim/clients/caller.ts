import type { Done, KeyValueService, RequestContext } from '../../ports/key-value-service.js';
import type { NodeProcess, SimulatedNode, World } from '../contracts.js';
import type { Random } from '../random.js';
import { Violation } from '../violation.js';
import { type Failure, failureOf } from './outcome.js';

/** The way between a client and a node, each way. */
const WAY_MS_MAX = 1;

/** What a client learns of a request. `info` without an error: nothing at all came in time. */
export type Answer<Result> =
  | { readonly type: 'ok'; readonly result: Result; readonly from: string }
  | { readonly type: Failure; readonly error: Error | null; readonly from: string };

export type Ask<Result> = (service: KeyValueService, context: RequestContext, done: Done<Result>) => void;

/**
 * Sends requests to nodes as clients behind a load balancer do: to any that runs. It waits a limited time for the answer; a node that dies never
 * gives one, and one that stands still gives it late.
 */
export class Caller {
  readonly #world: World;
  readonly #random: Random;
  /** What nodes were asked and have not answered, whether the client still waits for it or not. */
  readonly #asked = new Set<{ readonly node: SimulatedNode; readonly process: NodeProcess }>();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** Answers that nodes owe which have lived on since: each request is answered in the end, if only with an error (A2.45). */
  get owed(): number {
    for (const asked of this.#asked) if (asked.node.process !== asked.process) this.#asked.delete(asked);
    return this.#asked.size;
  }

  /** A node that runs, null when none does. */
  anyNode(): SimulatedNode | null {
    const running = this.#world.nodes.filter(({ process }) => process !== null);
    return running.length === 0 ? null : this.#random.pick(running);
  }

  /** `ended` is called once, later. */
  call<Result>(node: SimulatedNode, ask: Ask<Result>, ended: (answer: Answer<Result>) => void): void {
    const { clock, plan } = this.#world;
    const { process, life } = node;
    const from = `${node.id}/${life}`;
    let isEnded = false;
    const end = (answer: Answer<Result>): void => {
      if (isEnded) return;
      isEnded = true;
      timeout.cancel();
      ended(answer);
    };
    const timeout = clock.after(plan.clients.timeoutMs, () => end({ type: 'info', error: null, from }));
    clock.after(this.#way(), () => {
      // A process that fell meanwhile has closed its sockets: the request is lost.
      if (node.process !== process || process === null) return;
      process.clock.defer(() => {
        const nowNs = process.clock.nowNs();
        this.#ask(node, ask, nowNs, (answer) => clock.after(this.#way(), () => end(answer)), from);
      });
    });
  }

  #ask<Result>(
    node: SimulatedNode,
    ask: Ask<Result>,
    nowNs: number,
    answered: (answer: Answer<Result>) => void,
    from: string,
  ): void {
    const { process } = node;
    if (process === null) return;
    const asked = { node, process };
    this.#asked.add(asked);
    const context: RequestContext = {
      receivedNs: nowNs,
      parsedNs: nowNs,
      traceId: null,
      forward: true,
      onReplied: null,
    };
    let answers = 0;
    let hasReturned = false;
    ask(process.runtime, context, (error, result) => {
      answers += 1;
      this.#asked.delete(asked);
      if (answers > 1) throw new Violation('one answer', `node ${from} answers a request ${answers} times`);
      if (!hasReturned) throw new Violation('one answer', `node ${from} answers before the call returns`);
      if (error !== null) answered({ type: failureOf(error), error, from });
      else if (result === null) throw new Violation('one answer', `node ${from} answers with nothing`);
      else answered({ type: 'ok', result, from });
    });
    hasReturned = true;
  }

  #way(): number {
    return this.#random.next() * WAY_MS_MAX;
  }
}
