import type { KeyValueService } from '../../ports/key-value-service.js';
import type { RouteTools } from './exchange.js';
import { keyRange } from './range-routes.js';
import type { Route } from './router.js';
import { textEncodings } from './text-encoding.js';
import { WatchStream } from './watch-stream.js';
import { headerInvalid } from './write-terms.js';

/** `GET /watch`: changes as server-sent events. */
export class WatchRoutes {
  readonly #service: KeyValueService;
  readonly #tools: RouteTools;
  readonly #open = new Set<WatchStream>();

  constructor(service: KeyValueService, tools: RouteTools) {
    this.#service = service;
    this.#tools = tools;
  }

  /** Watches over HTTP that are open. */
  get openCount(): number {
    return this.#open.size;
  }

  routes(): Route[] {
    const { limits, metrics } = this.#tools;
    return [
      {
        method: 'GET',
        head: false,
        path: '/watch',
        role: 'read',
        parameters: ['prefix', 'key', 'start', 'end', 'from_revision', 'encoding'],
        bodyBytesMax: 0,
        kind: 'operation',
        handle: (exchange) => {
          const { query, request, response, connection } = exchange;
          const resumed = lastEventId(request.headers['last-event-id'] as string | undefined);
          const asked = query.integer('from_revision', 0, Number.MAX_SAFE_INTEGER, 0);
          const fromRevision = resumed === null ? asked : resumed + 1;
          const encoding = query.choice('encoding', textEncodings);
          const watch = { ...keyRange(query, limits), fromRevision };
          const stream = new WatchStream(response, connection, encoding, metrics);
          this.#open.add(stream);
          try {
            stream.begin(watch, this.#service, () => this.#open.delete(stream));
          } catch (error) {
            this.#open.delete(stream);
            throw error;
          }
          // From here on it is no operation that a drain has to wait for.
          exchange.leave();
        },
      },
    ];
  }

  /** Ends all of them with `error`: the node goes down. */
  closeAll(error: Error): void {
    for (const stream of this.#open) stream.shut(error);
  }
}

/** What an EventSource sends by itself when it connects again. Empty: it had no event yet. */
function lastEventId(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  const revision = /^\d{1,16}$/.test(header) ? Number(header) : Number.NaN;
  if (!(revision < Number.MAX_SAFE_INTEGER)) {
    throw headerInvalid('Last-Event-ID', header, 'the id of an event of this watch: a revision');
  }
  return revision;
}
