import { StrataError } from '../errors.js';
import type {
  Consistency,
  Done,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../ports/key-value-service.js';
import { isCommand, Operation } from '../state/command-codec.js';
import type { CommandResult, Query, QueryResult, SessionRef } from '../state/vocabulary.js';
import type { Admission } from './admission.js';
import {
  decodeCommandAnswer,
  decodeForwardedQuery,
  decodeQueryAnswer,
  decodeRead,
  decodeReadResult,
  decodeWriteResult,
  encodeCommandAnswer,
  encodeError,
  encodeForwardedQuery,
  encodeQueryAnswer,
  encodeRead,
  encodeReadResult,
  encodeWriteResult,
  FORWARD_COMMAND,
  FORWARD_QUERY,
  FORWARD_READ,
} from './forward-codec.js';
import type { NodeContext } from './node-context.js';
import { sessionFault } from './session-fault.js';
import type { WriteOutcome } from './waiting-writes.js';

/** Plain commands; all others are answered in full. */
const OPS: Readonly<Record<number, 'put' | 'delete'>> = {
  [Operation.Put]: 'put',
  [Operation.Delete]: 'delete',
};

/** A request that another node passed on to this one. */
export type ForwardedRequest =
  | {
      readonly kind: 'write';
      readonly op: 'put' | 'delete' | 'command';
      /** Only ever called with the outcome that belongs to the command. */
      readonly done: Done<WriteOutcome>;
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

/** A request on its way to the leader. Settled once: by the answer, its deadline, or the end of this node. */
interface Passed {
  readonly bytes: number;
  readonly deadlineNs: number;
  readonly fail: (error: Error) => void;
}

/**
 * Passes requests on to the leader and understands those that were passed on. A request travels one hop at most: two nodes that each hold the
 * other for the leader would send it to and fro (A2.42).
 */
export class Forwarder {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #httpUrlOf: (id: number) => string | null;
  /** In the order of their deadlines, which are all equally long. */
  readonly #passed = new Set<Passed>();

  constructor(context: NodeContext, admission: Admission, httpUrlOf: (id: number) => string | null) {
    this.#context = context;
    this.#admission = admission;
    this.#httpUrlOf = httpUrlOf;
    context.metrics.gauge('runtime_forwarded_waiting', 'Requests on their way to the leader.', () => {
      return this.#passed.size;
    });
  }

  get size(): number {
    return this.#passed.size;
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

  plain(data: Uint8Array, done: Done<WriteResult>): void {
    this.#pass(FORWARD_COMMAND, data, data.length, decodeWriteResult, done);
  }

  command(data: Uint8Array, session: SessionRef | null, done: Done<CommandResult>): void {
    const decode = (response: Uint8Array): CommandResult => {
      const result = decodeCommandAnswer(response);
      const fault = sessionFault(result, session);
      if (fault !== null) throw fault;
      return result;
    };
    this.#pass(FORWARD_COMMAND, data, data.length, decode, done);
  }

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
        const op = OPS[payload[0]!] ?? 'command';
        const done = op === 'command' ? answer(reply, encodeCommandAnswer) : answer(reply, encodeWriteResult);
        return { kind: 'write', op, done: done as Done<WriteOutcome> };
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
  expire(nowNs: number, error: Error): number {
    let count = 0;
    for (const passed of this.#passed) {
      if (passed.deadlineNs > nowNs) break;
      passed.fail(error);
      count += 1;
    }
    return count;
  }

  failAll(error: Error): void {
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

/** A command from outside is checked before it is proposed: once in the log it is trusted by every node. What only a leader proposes is refused. */
function isForwardable(data: Uint8Array): boolean {
  const operation = data[0];
  if (operation === Operation.ExpireDue || operation === Operation.RegisterStorage) return false;
  return isCommand(data);
}

function answer<Result>(
  reply: (response: Uint8Array) => void,
  encode: (result: Result) => Uint8Array,
): Done<Result> {
  return (error, result) => reply(error !== null ? encodeError(error) : encode(result!));
}
