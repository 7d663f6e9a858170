import type { IncomingMessage, ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import type {
  Consistency,
  Done,
  KeyValueService,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';
import type { Op } from '../../state/vocabulary.js';
import type { Connection } from './connection.js';
import { connectionOf } from './connection-gate.js';
import { hasLongBody, locationHeaders, type RouteTools } from './exchange.js';
import { decodeKey } from './key-encoding.js';
import { KeyValueAnswers } from './key-value-answers.js';
import { Query } from './query.js';
import { announcedBytes, readBody, refuseBody } from './request-body.js';
import type { RouteEntry } from './router.js';
import { sampledTraceId } from './traceparent.js';
import { type ReadTerms, readTerms, type WriteTerms, writeTerms } from './write-terms.js';

export const keyPrefix = '/kv/';
const allowedMethods = 'GET, HEAD, PUT, DELETE';

const readParameters = ['consistency', 'forward'];
const putParameters = ['ttl', 'forward'];
const deleteParameters = ['forward'];

/** For the documentation; `handle` below is the table. */
export const keyRoutes: readonly RouteEntry[] = [
  { method: 'GET', path: '/kv/{key}', role: 'read', parameters: readParameters },
  { method: 'PUT', path: '/kv/{key}', role: 'write', parameters: putParameters },
  { method: 'DELETE', path: '/kv/{key}', role: 'write', parameters: deleteParameters },
];

/** What the steps of one request share. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  readonly url: string;
  readonly context: RequestContext;
  /** Bytes of the body that `Admission` holds for it. */
  bodyBytes: number;
}

/** `/kv/{key}`: the hot path. No URL object, no promise, no stream helper. */
export class KeyValueRoutes {
  readonly #service: KeyValueService;
  readonly #tools: RouteTools;
  readonly #answers: KeyValueAnswers;

  constructor(service: KeyValueService, tools: RouteTools) {
    this.#service = service;
    this.#tools = tools;
    this.#answers = new KeyValueAnswers(tools);
  }

  /** `awaitsContinue`: the client sends the body only after a 100. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    receivedNs: number,
    awaitsContinue: boolean,
  ): void {
    const { limits, replier, admission } = this.#tools;
    const connection = connectionOf(request);
    const context: RequestContext = {
      receivedNs,
      parsedNs: 0,
      traceId: sampledTraceId(request.headers.traceparent as string | undefined),
      forward: true,
      onReplied: null,
    };
    const call: Call = { request, response, connection, url, context, bodyBytes: 0 };
    admission.enter(connection);
    try {
      if (replier.draining) throw new StrataError('STRATA_SHUTTING_DOWN');
      if (connection.reserved) {
        throw new StrataError('STRATA_CONNECTIONS_TOO_MANY', { limit: limits.connectionsMax });
      }
      admission.check(connection);
      this.#dispatch(call, awaitsContinue);
    } catch (error) {
      this.#refuse(call, error, awaitsContinue);
    }
  }

  #dispatch(call: Call, awaitsContinue: boolean): void {
    const { limits, authorizer } = this.#tools;
    const { request, url, context } = call;
    const { headers } = request;
    const method = request.method!;
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead && method !== 'PUT' && method !== 'DELETE') {
      throw new StrataError('STRATA_METHOD_NOT_ALLOWED', {
        method,
        path: keyPrefix,
        allowed: allowedMethods,
      });
    }
    authorizer.check(headers.authorization, isRead ? 'read' : 'write');
    const queryAt = url.indexOf('?');
    const key = decodeKey(
      queryAt === -1 ? url.slice(keyPrefix.length) : url.slice(keyPrefix.length, queryAt),
      limits.keyBytesMax,
    );
    let query: Query | null = null;
    if (queryAt !== -1) {
      const known = isRead ? readParameters : method === 'PUT' ? putParameters : deleteParameters;
      query = new Query(url.slice(queryAt + 1), known);
      context.forward = query.choice('forward', ['true', 'false']) === 'true';
    }
    if (isRead) {
      const consistency = query === null ? 'linearizable' : consistencyOf(query);
      this.#get(call, key, consistency, readTerms(headers));
    } else if (method === 'DELETE') this.#delete(call, key, writeTerms(headers, null));
    else this.#put(call, key, writeTerms(headers, query), awaitsContinue);
  }

  #get(call: Call, key: Buffer, consistency: Consistency, terms: ReadTerms | null): void {
    this.#parsed(call);
    this.#service.get(key, consistency, call.context, (error, result) => {
      const doneNs = this.#tools.metrics.replies.begin(call.context);
      if (error !== null) this.#fail(call, error);
      else this.#answers.found(call.response, result!, consistency, terms);
      this.#replied(call, doneNs);
    });
  }

  #delete(call: Call, key: Buffer, terms: WriteTerms | null): void {
    this.#parsed(call);
    if (terms !== null) {
      const { condition } = terms;
      this.#write(call, { kind: 'delete', key, condition, returnPrevious: false }, terms);
      return;
    }
    this.#service.delete(key, call.context, (error, result) => {
      const doneNs = this.#tools.metrics.replies.begin(call.context);
      if (error !== null) this.#fail(call, error);
      else this.#answers.deleted(call.response, result!.revision, result!.changed);
      this.#replied(call, doneNs);
    });
  }

  #put(call: Call, key: Buffer, terms: WriteTerms | null, awaitsContinue: boolean): void {
    const { limits, metrics, admission } = this.#tools;
    const { request, response } = call;
    const limit = limits.valueBytesMax;
    const announced = announcedBytes(request);
    if (announced !== null) {
      if (announced > limit) throw new StrataError('STRATA_BODY_TOO_LARGE', { actual: announced, limit });
      admission.hold(announced);
      call.bodyBytes = announced;
    }
    if (awaitsContinue) response.writeContinue();
    readBody(request, limit, {
      onChunk: announced === null ? (bytes) => this.#hold(call, bytes) : null,
      onBody: (value) => {
        metrics.bytesIn.add(value.length);
        this.#parsed(call);
        try {
          if (terms === null) this.#service.put(key, value, call.context, this.#putDone(call));
          else this.#write(call, putOp(key, value, terms), terms);
        } catch (error) {
          this.#leave(call);
          this.#fail(call, error);
        }
      },
      onRefused: (error) => {
        this.#leave(call);
        this.#refuseBody(call, error);
      },
      onAborted: () => this.#leave(call),
    });
  }

  #putDone(call: Call): Done<WriteResult> {
    return (error, result) => {
      const doneNs = this.#tools.metrics.replies.begin(call.context);
      if (error !== null) this.#fail(call, error);
      else this.#answers.stored(call.response, result!.revision, result!.changed);
      this.#replied(call, doneNs);
    };
  }

  /** A write that asks more than `put` and `delete` can say: a batch of one. */
  #write(call: Call, op: Op, { session }: WriteTerms): void {
    this.#service.write({ kind: 'batch', ops: [op], session }, call.context, (error, result) => {
      const doneNs = this.#tools.metrics.replies.begin(call.context);
      if (error !== null) this.#fail(call, error);
      else this.#answers.written(call.response, op, result!);
      this.#replied(call, doneNs);
    });
  }

  #fail({ response, url }: Call, error: unknown): void {
    const { replier } = this.#tools;
    const coded = replier.coded(error);
    replier.error(response, coded, locationHeaders(coded, url));
  }

  /** An answer before the body was read. */
  #refuse(call: Call, error: unknown, awaitsContinue: boolean): void {
    this.#leave(call);
    if (awaitsContinue || !hasLongBody(call.request)) this.#fail(call, error);
    else this.#refuseBody(call, error);
  }

  #refuseBody({ request, response }: Call, error: unknown): void {
    const { replier, metrics, clock } = this.#tools;
    metrics.errors.add(1);
    refuseBody(request, response, replier.coded(error), clock);
  }

  #hold(call: Call, bytes: number): void {
    this.#tools.admission.hold(bytes);
    call.bodyBytes += bytes;
  }

  #parsed({ context }: Call): void {
    context.parsedNs = this.#tools.clock.nowNs();
    this.#tools.metrics.parseNs.record(context.parsedNs - context.receivedNs);
  }

  #replied(call: Call, doneNs: number): void {
    this.#leave(call);
    this.#tools.metrics.replies.end(call.context, doneNs);
  }

  #leave({ connection, bodyBytes }: Call): void {
    this.#tools.admission.leave(connection, bodyBytes);
  }
}

function consistencyOf(query: Query): Consistency {
  return query.choice('consistency', ['linearizable', 'lease', 'stale']);
}

function putOp(key: Buffer, value: Buffer, { ttl, condition }: WriteTerms): Op {
  return { kind: 'put', key, value, ttl, condition, returnPrevious: false };
}
