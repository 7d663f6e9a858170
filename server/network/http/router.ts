import type { IncomingMessage, ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import { queryTextShownMax } from '../limits.js';
import type { Role } from '../security/authenticator.js';
import { connectionOf } from './connection-gate.js';
import { Exchange, type RouteTools } from './exchange.js';
import { Query } from './query.js';
import { announcedBytes, readBody } from './request-body.js';
import { sampledTraceId } from './traceparent.js';

/** What the documentation says of a route. */
export interface RouteEntry {
  /** `GET` takes HEAD too, unless the route says otherwise. */
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `{id}` and `{key}` stand for a part that the client chooses. */
  readonly path: string;
  readonly role: Role;
  /** Names of the query's parameters. */
  readonly parameters: readonly string[];
}

export interface Route extends RouteEntry {
  /** False for answers that have no end or cost much. */
  readonly head?: false;
  /** Longest body; 0 for a route without one. */
  readonly bodyBytesMax: number;
  /**
   * `operation`: counted against the limits and refused while the node drains. `inspection`: always answered, so that an operator can look at
   * a node in trouble. `health`: without a token too, and on the reserve of connections.
   */
  readonly kind: 'operation' | 'inspection' | 'health';
  readonly handle: (exchange: Exchange, body: Buffer) => void | Promise<void>;
}

const noBytes = Buffer.alloc(0);
const memberPath = '/cluster/members/';

/** Every route but `/kv/{key}`. */
export class Router {
  readonly #tools: RouteTools;
  /** By path as the table has it, then by method. */
  readonly #routes = new Map<string, Map<string, Route>>();

  constructor(tools: RouteTools, routes: readonly Route[]) {
    this.#tools = tools;
    for (const route of routes) {
      const methods = this.#routes.get(route.path) ?? new Map<string, Route>();
      methods.set(route.method, route);
      if (route.method === 'GET' && route.head !== false) methods.set('HEAD', route);
      this.#routes.set(route.path, methods);
    }
  }

  handle(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    receivedNs: number,
    awaitsContinue: boolean,
  ): void {
    const queryAt = url.indexOf('?');
    const path = queryAt === -1 ? url : url.slice(0, queryAt);
    const { pattern, id } = patternOf(path);
    const exchange = this.#exchange(request, response, url, id, receivedNs);
    const methods = this.#routes.get(pattern);
    const route = methods?.get(request.method!);
    try {
      if (route === undefined) throw unknown(path, request.method!, methods);
      this.#admit(route, exchange);
      exchange.query = new Query(queryAt === -1 ? '' : url.slice(queryAt + 1), route.parameters);
      this.#receive(route, exchange, awaitsContinue);
    } catch (error) {
      exchange.refuse(error, awaitsContinue);
    }
  }

  #exchange(
    request: IncomingMessage,
    response: ServerResponse,
    url: string,
    id: string,
    receivedNs: number,
  ): Exchange {
    const traceId = sampledTraceId(request.headers.traceparent as string | undefined);
    const context = { receivedNs, parsedNs: 0, traceId, forward: true, onReplied: null };
    return new Exchange(this.#tools, {
      request,
      response,
      connection: connectionOf(request),
      url,
      id,
      context,
    });
  }

  #admit(route: Route, exchange: Exchange): void {
    const { limits, replier, authorizer } = this.#tools;
    if (exchange.connection.reserved && route.kind !== 'health') {
      throw new StrataError('STRATA_CONNECTIONS_TOO_MANY', { limit: limits.connectionsMax });
    }
    if (route.kind === 'operation') {
      if (replier.draining) throw new StrataError('STRATA_SHUTTING_DOWN');
      exchange.enter();
    }
    authorizer.check(exchange.request.headers.authorization, route.role);
  }

  #receive(route: Route, exchange: Exchange, awaitsContinue: boolean): void {
    const { request, response } = exchange;
    const limit = route.bodyBytesMax;
    const announced = announcedBytes(request);
    if (announced !== null && announced > limit) throw tooLarge(announced, limit);
    if (announced === 0) {
      this.#run(route, exchange, noBytes);
      return;
    }
    if (announced !== null) exchange.hold(announced);
    if (awaitsContinue) response.writeContinue();
    readBody(request, limit, {
      onChunk: announced === null ? (bytes) => exchange.hold(bytes) : null,
      onBody: (body) => this.#run(route, exchange, body),
      onRefused: (error) => exchange.refuseBody(error),
      onAborted: () => exchange.leave(),
    });
  }

  #run(route: Route, exchange: Exchange, body: Buffer): void {
    this.#tools.metrics.bytesIn.add(body.length);
    try {
      exchange.parsed();
      const pending = route.handle(exchange, body);
      if (pending !== undefined) pending.catch((error) => exchange.fail(error));
    } catch (error) {
      exchange.fail(error);
    }
  }
}

/** The only variable part there is stands behind `/cluster/members/`. */
function patternOf(path: string): { readonly pattern: string; readonly id: string } {
  if (!path.startsWith(memberPath)) return { pattern: path, id: '' };
  const end = path.indexOf('/', memberPath.length);
  const id = path.slice(memberPath.length, end === -1 ? path.length : end);
  return { pattern: `${memberPath}{id}${end === -1 ? '' : path.slice(end)}`, id };
}

function unknown(path: string, method: string, methods: ReadonlyMap<string, Route> | undefined): StrataError {
  const shown = path.slice(0, queryTextShownMax);
  if (methods === undefined) return new StrataError('STRATA_PATH_UNKNOWN', { path: shown });
  return new StrataError('STRATA_METHOD_NOT_ALLOWED', {
    method,
    path: shown,
    allowed: [...methods.keys()].join(', '),
  });
}

export function tooLarge(actual: number, limit: number): StrataError {
  return new StrataError('STRATA_BODY_TOO_LARGE', { actual, limit });
}
