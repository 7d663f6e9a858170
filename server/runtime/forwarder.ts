import { StrataError } from '../errors.js';
import type { Consistency, Done, ReadResult, RequestContext } from '../ports/key-value-service.js';
import { isCommand, Operation } from '../state/command-codec.js';
import { ONCE_HEAD_BYTES } from '../state/once-codec.js';
import type { CommandResult, Query, QueryResult } from '../state/vocabulary.js';
import type { Admission } from './admission.js';
import {
  decodeForwardedQuery,
  decodeQueryAnswer,
  decodeRead,
  decodeReadResult,
  encodeCommandAnswer,
  encodeError,
  encodeForwardedQuery,
  encodeQueryAnswer,
  encodeRead,
  encodeReadResult,
  FORWARD_COMMAND,
  FORWARD_QUERY,
  FORWARD_READ,
} from './forward-codec.js';
import type { NodeContext } from './node-context.js';
import { WriteForwarder } from './write-forwarder.js';

/** Plain commands behind their head. */
const OPS: Readonly<Record<number, 'put' | 'delete'>> = {
  [Operation.Put]: 'put',
  [Operation.Delete]: 'delete',
};

/** A request that another node passed on to this one. */
export type ForwardedRequest =
  | {
      readonly kind: 'write';
      readonly op: 'put' | 'delete' | 'command';
      readonly done: Done<CommandResult>;
    }
  | {
      readonly kind: 'read';
      readonly key: Uint8Array;
      readonly consistency: Consistency;
      readonly done: Done<ReadResult>;
    }
  | {
      readonly kind: 'query';
      readonly query: Query;
      readonly consistency: Consistency;
      readonly done: Done<QueryResult>;
    };

/** A read on its way to the leader. Settled once: by the answer, its deadline, or the end of this node. */
interface Passed {
  readonly bytes: number;
  readonly deadlineNs: number;
  readonly fail: (error: Error) => void;
}

/**
 * Passes reads on to the leader, as `writes` does with writes, and understands what was passed on. A request travels one hop at most: two nodes that each hold the
 * other for the leader would send it to and fro (A2.42).
 */
export class Forwarder {
  readonly writes: WriteForwarder;
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #httpUrlOf: (id: number) => string | null;
  /** In the order of their deadlines, which are all equally long. */
  readonly #passed = new Set<Passed>();

  constructor(context: NodeContext, admission: Admission, httpUrlOf: (id: number) => string | null) {
    this.#context = context;
    this.#admission = admission;
    this.#httpUrlOf = httpUrlOf;
    this.writes = new WriteForwarder(context, admission);
    context.metrics.gauge('runtime_forwarded_waiting', 'Requests on their way to the leader.', () => {
      return this.size;
    });
  }

  get size(): number {
    return this.#passed.size + this.writes.size;
  }

  /** Why a request cannot travel to the leader; null when it can. */
  refusal(context: RequestContext): StrataError | null {
    const { id, raw } = this.#context;
    if (raw.leader === 0 || raw.leader === id) return new StrataError('STRATA_NO_LEADER');
    if (context.forward) return null;
    const leader = this.#httpUrlOf(raw.leader) ?? 'an unknown address';
    return new StrataError('STRATA_NOT_LEADER', { node: id, leader });
  }

  // What is passed on has been let in and counted; its bytes leave the count when it is settled

  read(key: Uint8Array, consistency: Consistency, bytes: number, done: Done<ReadResult>): void {
    this.#pass(FORWARD_READ, encodeRead(key, consistency), bytes, decodeReadResult, done);
  }

  query(query: Query, consistency: Consistency, bytes: number, done: Done<QueryResult>): void {
    this.#pass(FORWARD_QUERY, encodeForwardedQuery(query, consistency), bytes, decodeQueryAnswer, done);
  }

  /** Null when the request was not understood: it has been answered with an error then. */
  parse(method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): ForwardedRequest | null {
    try {
      if (method === FORWARD_READ)
        return { kind: 'read', ...decodeRead(payload), done: answer(reply, encodeReadResult) };
      if (method === FORWARD_QUERY)
        return { kind: 'query', ...decodeForwardedQuery(payload), done: answer(reply, encodeQueryAnswer) };
      if (method === FORWARD_COMMAND && isForwardable(payload)) {
        const within = payload[0] === Operation.Once ? payload[ONCE_HEAD_BYTES]! : payload[0]!;
        return { kind: 'write', op: OPS[within] ?? 'command', done: answer(reply, encodeCommandAnswer) };
      }
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      reply(encodeError(error));
      return null;
    }
    const reason = `request ${method} of ${payload.length} bytes`;
    reply(encodeError(new StrataError('STRATA_FRAME_INVALID', { reason })));
    return null;
  }

  /** Answers those whose time is over; returns how many. An answer that still comes is ignored. */
  expire(nowNs: number, error: StrataError): number {
    let count = this.writes.expire(nowNs, error);
    for (const passed of this.#passed) {
      if (passed.deadlineNs > nowNs) break;
      passed.fail(error);
      count += 1;
    }
    return count;
  }

  failAll(error: StrataError): void {
    this.writes.failAll(error);
    for (const passed of [...this.#passed]) passed.fail(error);
  }

  #pass<Result>(
    method: string,
    payload: Uint8Array,
    bytes: number,
    decode: (response: Uint8Array) => Result,
    done: Done<Result>,
  ): void {
    const { raw, transport, clock, operationTimeoutMs, nodeMetrics } = this.#context;
    const { leader } = raw;
    const settle = (error: Error | null, result: Result | null): void => {
      if (!this.#passed.delete(passed)) return;
      this.#admission.leave(bytes);
      done(error, result);
    };
    const passed: Passed = {
      bytes,
      deadlineNs: clock.nowNs() + operationTimeoutMs * 1e6,
      fail: (error) => settle(error, null),
    };
    this.#passed.add(passed);
    nodeMetrics.forwarded.add(1);
    transport.request(leader, method, payload, (error, response) => {
      if (error !== null || response === null) {
        settle(
          error ?? new StrataError('STRATA_PEER_UNREACHABLE', { node: leader, reason: 'no answer' }),
          null,
        );
        return;
      }
      let result: Result;
      try {
        result = decode(response);
      } catch (refusal) {
        settle(refusal as Error, null);
        return;
      }
      settle(null, result);
    });
  }
}

/** What nodes pass on: commands under a session, and what opens one. The rest nobody could send again, or only a leader proposes it. */
const FORWARDABLE: ReadonlySet<number | undefined> = new Set([
  Operation.Once,
  Operation.Batch,
  Operation.Txn,
  Operation.OpenSession,
]);

/** A command from outside is checked before it is proposed: once in the log it is trusted by every node. */
function isForwardable(data: Uint8Array): boolean {
  return FORWARDABLE.has(data[0]) && isCommand(data);
}

function answer<Result>(
  reply: (response: Uint8Array) => void,
  encode: (result: Result) => Uint8Array,
): Done<Result> {
  return (error, result) => reply(error !== null ? encodeError(error) : encode(result!));
}
