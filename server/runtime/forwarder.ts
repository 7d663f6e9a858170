import { StrataError } from '../errors.js';
import type { Done, ReadResult, RequestContext, WriteResult } from '../ports/key-value-service.js';
import { isCommand, Operation } from '../state/command.js';
import {
  decodeReadResult,
  decodeWriteResult,
  encodeError,
  encodeReadResult,
  encodeWriteResult,
  FORWARD_READ,
  FORWARD_WRITE,
} from './forward-codec.js';
import type { NodeMetrics } from './node-metrics.js';
import type { RuntimeOptions } from './runtime-options.js';

export type ForwardedRequest =
  | { readonly kind: 'write'; readonly op: 'put' | 'delete'; readonly done: Done<WriteResult> }
  | { readonly kind: 'read'; readonly key: Uint8Array; readonly done: Done<ReadResult> };

/** What tells who leads and how to reach it. */
type Leader = Pick<RuntimeOptions, 'id' | 'members' | 'raw' | 'transport'>;

/** Passes requests on to the leader and understands those that were passed on. A request travels one hop at most. */
export class Forwarder {
  readonly #options: Leader;
  readonly #metrics: NodeMetrics;

  constructor(options: Leader, metrics: NodeMetrics) {
    this.#options = options;
    this.#metrics = metrics;
  }

  /** Why a request cannot travel to the leader; null when it can. */
  refusal(context: RequestContext): StrataError | null {
    const { id, members, raw } = this.#options;
    if (raw.leader === 0 || raw.leader === id) return new StrataError('STRATA_NO_LEADER');
    if (context.forward) return null;
    const leader = members.find((member) => member.id === raw.leader)?.httpUrl ?? 'an unknown address';
    return new StrataError('STRATA_NOT_LEADER', { node: id, leader });
  }

  write(command: Uint8Array, done: Done<WriteResult>): void {
    this.#request(FORWARD_WRITE, command, decodeWriteResult, done);
  }

  read(key: Uint8Array, done: Done<ReadResult>): void {
    this.#request(FORWARD_READ, key, decodeReadResult, done);
  }

  /** Null when the request was not understood: it has been answered with an error then. */
  parse(method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): ForwardedRequest | null {
    if (method === FORWARD_READ) return { kind: 'read', key: payload, done: answer(reply, encodeReadResult) };
    // A command from outside is checked before it is proposed: once in the log it is trusted by every node.
    if (method === FORWARD_WRITE && isCommand(payload)) {
      const op = payload[0] === Operation.Put ? 'put' : 'delete';
      return { kind: 'write', op, done: answer(reply, encodeWriteResult) };
    }
    reply(
      encodeError(
        new StrataError('STRATA_FRAME_INVALID', { reason: `request ${method} of ${payload.length} bytes` }),
      ),
    );
    return null;
  }

  #request<Result>(
    method: string,
    payload: Uint8Array,
    decode: (response: Uint8Array) => Result,
    done: Done<Result>,
  ): void {
    const { raw, transport } = this.#options;
    const { leader } = raw;
    this.#metrics.forwarded.add(1);
    transport.request(leader, method, payload, (error, response) => {
      if (error !== null || response === null) {
        done(
          error ?? new StrataError('STRATA_PEER_UNREACHABLE', { node: leader, reason: 'no answer' }),
          null,
        );
        return;
      }
      let result: Result;
      try {
        result = decode(response);
      } catch (refusal) {
        done(refusal as Error, null);
        return;
      }
      done(null, result);
    });
  }
}

function answer<Result>(
  reply: (response: Uint8Array) => void,
  encode: (result: Result) => Uint8Array,
): Done<Result> {
  return (error, result) => reply(error !== null ? encodeError(error) : encode(result!));
}
