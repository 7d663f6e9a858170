import type { IncomingMessage, ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type {
  KeyValueService,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';
import type { Limits } from '../limits.js';
import type { HttpMetrics } from './http-metrics.js';
import { decodeKey } from './key-encoding.js';
import { Query } from './query.js';
import type { Replier } from './replier.js';
import { announcedBytes, readBody, refuseBody } from './request-body.js';
import { sampledTraceId } from './traceparent.js';

export const keyPrefix = '/kv/';
const allowedMethods = 'GET, HEAD, PUT, DELETE';
/** A value up to this size leaves as one string with the head: one write, no vector of two. */
const textBodyBytesMax = 4_096;

export interface KeyValueRoutesOptions {
  readonly service: KeyValueService;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: HttpMetrics;
  readonly replier: Replier;
  /** Called whenever the number of requests under way has become 0. */
  readonly onIdle: () => void;
}

/** `/kv/{key}`: the hot path. No URL object, no promise, no stream helper. */
export class KeyValueRoutes {
  readonly #options: KeyValueRoutesOptions;
  /** Requests accepted and not yet answered. Every one that is counted is uncounted by `#leave`, once. */
  #inFlight = 0;

  constructor(options: KeyValueRoutesOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** `awaitsContinue`: the client sends the body only after a 100. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    receivedNs: number,
    awaitsContinue: boolean,
  ): void {
    const { limits, replier } = this.#options;
    this.#inFlight += 1;
    try {
      if (replier.draining) throw new StrataError('STRATA_SHUTTING_DOWN');
      if (this.#inFlight > limits.requestsInFlightMax) {
        throw new StrataError('STRATA_OVERLOADED', {
          what: 'The HTTP server',
          actual: this.#inFlight,
          limit: limits.requestsInFlightMax,
        });
      }
      this.#dispatch(request, response, url, receivedNs, awaitsContinue);
    } catch (error) {
      this.#leave();
      this.#refuse(request, response, replier.coded(error), awaitsContinue);
    }
  }

  #dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    receivedNs: number,
    awaitsContinue: boolean,
  ): void {
    const { limits } = this.#options;
    const method = request.method!;
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead && method !== 'PUT' && method !== 'DELETE') {
      throw new StrataError('STRATA_METHOD_NOT_ALLOWED', {
        method,
        path: keyPrefix,
        allowed: allowedMethods,
      });
    }
    const queryAt = url.indexOf('?');
    const key = decodeKey(
      queryAt === -1 ? url.slice(keyPrefix.length) : url.slice(keyPrefix.length, queryAt),
      limits.keyBytesMax,
    );
    const forward = queryAt === -1 ? true : readQuery(url.slice(queryAt + 1), isRead);
    const context: RequestContext = {
      receivedNs,
      parsedNs: 0,
      traceId: sampledTraceId(request.headers.traceparent as string | undefined),
      forward,
      onReplied: null,
    };
    if (isRead) this.#get(key, context, response, url);
    else if (method === 'DELETE') this.#delete(key, context, response, url);
    else this.#put(key, context, request, response, url, awaitsContinue);
  }

  #get(key: Buffer, context: RequestContext, response: ServerResponse, url: string): void {
    this.#parsed(context);
    this.#options.service.get(key, 'linearizable', context, (error, result) => {
      const doneNs = this.#options.clock.nowNs();
      if (error !== null) this.#fail(response, error, url);
      else if (result!.value === null) this.#fail(response, new StrataError('STRATA_KEY_NOT_FOUND'), url);
      else this.#value(response, result!);
      this.#replied(context, doneNs);
    });
  }

  #delete(key: Buffer, context: RequestContext, response: ServerResponse, url: string): void {
    this.#parsed(context);
    this.#options.service.delete(key, context, (error, result) => {
      const doneNs = this.#options.clock.nowNs();
      if (error !== null) this.#fail(response, error, url);
      else {
        const { revision, changed } = result!;
        this.#written(response, 200, revision, `{"revision":${revision},"deleted":${changed}}`);
      }
      this.#replied(context, doneNs);
    });
  }

  #put(
    key: Buffer,
    context: RequestContext,
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    awaitsContinue: boolean,
  ): void {
    const { limits, metrics, service, clock, replier } = this.#options;
    const limit = limits.valueBytesMax;
    const announced = announcedBytes(request);
    if (announced !== null && announced > limit) {
      throw new StrataError('STRATA_BODY_TOO_LARGE', { actual: announced, limit });
    }
    if (awaitsContinue) response.writeContinue();
    const done = (error: Error | null, result: WriteResult | null): void => {
      const doneNs = clock.nowNs();
      if (error !== null) this.#fail(response, error, url);
      else {
        const { revision, changed } = result!;
        this.#written(response, changed ? 201 : 200, revision, `{"revision":${revision}}`);
      }
      this.#replied(context, doneNs);
    };
    readBody(request, limit, {
      onBody: (value) => {
        metrics.bytesIn.add(value.length);
        this.#parsed(context);
        try {
          service.put(key, value, context, done);
        } catch (error) {
          this.#leave();
          replier.error(response, replier.coded(error));
        }
      },
      onTooLarge: (bytes) => {
        this.#leave();
        const error = new StrataError('STRATA_BODY_TOO_LARGE', { actual: bytes, limit });
        this.#refuse(request, response, error, false);
      },
      onAborted: () => this.#leave(),
    });
  }

  #value(response: ServerResponse, { value, revision }: ReadResult): void {
    const bytes = value!;
    const body =
      bytes.length <= textBodyBytesMax
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
        : bytes;
    this.#options.replier.send(
      response,
      200,
      ['Content-Type', 'application/octet-stream', 'ETag', `"${revision}"`],
      body,
    );
  }

  #written(response: ServerResponse, status: number, revision: number, body: string): void {
    this.#options.replier.send(
      response,
      status,
      ['Content-Type', 'application/json', 'ETag', `"${revision}"`],
      body,
    );
  }

  #fail(response: ServerResponse, error: Error, url: string): void {
    const { replier } = this.#options;
    const coded = replier.coded(error);
    const leader = coded.code === 'STRATA_NOT_LEADER' ? coded.details.leader : undefined;
    const elsewhere = typeof leader === 'string' && leader.startsWith('http');
    replier.error(response, coded, elsewhere ? ['Location', leader + url] : []);
  }

  /** An answer before the body was read. A body that is small is skipped by node:http and the connection lives on. */
  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: StrataError,
    awaitsContinue: boolean,
  ): void {
    const { limits, metrics, replier, clock } = this.#options;
    const announced = announcedBytes(request);
    const large = announced === null || announced > limits.valueBytesMax;
    if (large && !awaitsContinue) {
      metrics.errors.add(1);
      refuseBody(request, response, error, clock);
      return;
    }
    replier.error(response, error);
  }

  #parsed(context: RequestContext): void {
    context.parsedNs = this.#options.clock.nowNs();
    this.#options.metrics.parseNs.record(context.parsedNs - context.receivedNs);
  }

  #replied(context: RequestContext, doneNs: number): void {
    const repliedNs = this.#options.clock.nowNs();
    this.#options.metrics.replyNs.record(repliedNs - doneNs);
    this.#leave();
    context.onReplied?.(doneNs);
  }

  #leave(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#options.onIdle();
  }
}

/** Whether the request may be forwarded. `consistency` has one value so far; naming another is told, not ignored. */
function readQuery(text: string, isRead: boolean): boolean {
  const query = new Query(text, isRead ? ['consistency', 'forward'] : ['forward']);
  query.choice('consistency', ['linearizable']);
  return query.choice('forward', ['true', 'false']) === 'true';
}
