import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Consistency, Done, RequestContext } from '../../ports/key-value-service.js';
import type { Limits } from '../limits.js';
import type { Admission } from './admission.js';
import type { Authorizer } from './authorizer.js';
import type { Connection } from './connection.js';
import type { HttpMetrics } from './http-metrics.js';
import { Query } from './query.js';
import type { Replier } from './replier.js';
import { announcedBytes, refuseBody } from './request-body.js';

const shortBodyBytesMax = 65_536;
const noQuery = new Query('', []);

/** What all routes share. */
export interface RouteTools {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly metrics: HttpMetrics;
  readonly replier: Replier;
  readonly admission: Admission;
  readonly authorizer: Authorizer;
}

/** One request of any route but `/kv/{key}`, which does without the object. Answered once; then it is no longer counted. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  /** As the client sent it. */
  readonly url: string;
  /** Empty until the route has read it. */
  query: Query = noQuery;
  /** What stood for `{id}` in the path. */
  readonly id: string;
  readonly context: RequestContext;
  readonly #tools: RouteTools;
  /** Whether `Admission` counts it. Invariant: true from `enter` to `leave`. */
  #counted = false;
  #bodyBytes = 0;

  constructor(
    tools: RouteTools,
    parts: Pick<Exchange, 'request' | 'response' | 'connection' | 'url' | 'id' | 'context'>,
  ) {
    this.#tools = tools;
    this.request = parts.request;
    this.response = parts.response;
    this.connection = parts.connection;
    this.url = parts.url;
    this.id = parts.id;
    this.context = parts.context;
  }

  /** `linearizable` when the query does not say. */
  get consistency(): Consistency {
    return this.query.choice('consistency', ['linearizable', 'lease', 'stale']);
  }

  /** @throws StrataError STRATA_OVERLOADED */
  enter(): void {
    this.#counted = true;
    this.#tools.admission.enter(this.connection);
    this.#tools.admission.check(this.connection);
  }

  /** @throws StrataError STRATA_OVERLOADED_BYTES */
  hold(bytes: number): void {
    this.#tools.admission.hold(bytes);
    this.#bodyBytes += bytes;
  }

  leave(): void {
    if (!this.#counted) return;
    this.#counted = false;
    this.#tools.admission.leave(this.connection, this.#bodyBytes);
  }

  parsed(): void {
    this.context.parsedNs = this.#tools.clock.nowNs();
    this.#tools.metrics.parseNs.record(this.context.parsedNs - this.context.receivedNs);
  }

  /** `headers` is a flat list and is taken over. */
  send(status: number, headers: string[], body: string | Uint8Array): void {
    this.#tools.replier.send(this.response, status, headers, body);
    this.leave();
  }

  json(document: unknown): void {
    this.jsonText(JSON.stringify(document));
  }

  jsonText(text: string): void {
    this.send(200, ['Content-Type', 'application/json'], Buffer.from(text));
  }

  fail(error: unknown): void {
    const { replier } = this.#tools;
    const coded = replier.coded(error);
    replier.error(this.response, coded, locationHeaders(coded, this.url));
    this.leave();
  }

  /** An answer before the body was read. */
  refuse(error: unknown, awaitsContinue: boolean): void {
    const coded = this.#tools.replier.coded(error);
    if (awaitsContinue || !hasLongBody(this.request)) this.fail(coded);
    else this.refuseBody(coded);
  }

  /** An answer while the body comes: the connection closes after it. */
  refuseBody(error: unknown): void {
    const { replier, metrics, clock } = this.#tools;
    metrics.errors.add(1);
    refuseBody(this.request, this.response, replier.coded(error), clock);
    this.leave();
  }

  /** A `done` of a service that answers with what `render` makes of the result, and closes the stage record. */
  answer<Result>(render: (result: Result) => void): Done<Result> {
    return (error, result) => {
      const { replies } = this.#tools.metrics;
      const doneNs = replies.begin(this.context);
      if (error !== null) this.fail(error);
      else render(result!);
      this.leave();
      replies.end(this.context, doneNs);
    };
  }
}

/** A long body has to be thrown away before the answer can be read; a short one node:http skips by itself, and the connection lives on. */
export function hasLongBody(request: IncomingMessage): boolean {
  const announced = announcedBytes(request);
  return announced === null || announced > shortBodyBytesMax;
}

/** Where the leader would answer the same request. */
export function locationHeaders({ code, details }: StrataError, url: string): string[] {
  const leader = code === 'STRATA_NOT_LEADER' ? details.leader : undefined;
  return typeof leader === 'string' && leader.startsWith('http') ? ['Location', leader + url] : [];
}
