import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { MetricsSource } from '../../ports/metrics.js';
import { queryTextShownMax } from '../limits.js';
import { CpuProfiler, profilePieces } from './cpu-profile.js';
import { prometheusContentType, prometheusText } from './prometheus.js';
import { Query } from './query.js';
import type { Replier } from './replier.js';

const allowedMethods = 'GET, HEAD';

interface Route {
  readonly parameters: readonly string[];
  readonly handle: (response: ServerResponse, query: Query) => void | Promise<void>;
}

export interface AdminRoutesOptions {
  readonly service: KeyValueService;
  readonly clock: Clock;
  readonly metricsSource: MetricsSource;
  readonly replier: Replier;
}

/** What an operator and the probes ask: health, metrics, the node's own measurements, profiles. */
export class AdminRoutes {
  readonly #service: KeyValueService;
  readonly #metricsSource: MetricsSource;
  readonly #replier: Replier;
  readonly #profiler: CpuProfiler;
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(options: AdminRoutesOptions) {
    this.#service = options.service;
    this.#metricsSource = options.metricsSource;
    this.#replier = options.replier;
    this.#profiler = new CpuProfiler(options.clock);
    const json =
      (read: (query: Query) => unknown) =>
      (response: ServerResponse, query: Query): void =>
        this.#replier.json(response, 200, read(query));
    this.#routes = new Map<string, Route>([
      ['/healthz', { parameters: [], handle: json(() => ({ status: 'ok' })) }],
      ['/readyz', { parameters: [], handle: (response) => this.#ready(response) }],
      ['/cluster', { parameters: [], handle: json(() => this.#service.status()) }],
      ['/metrics', { parameters: [], handle: (response) => this.#metrics(response) }],
      ['/debug/layers', { parameters: [], handle: json(() => this.#service.layers()) }],
      [
        '/debug/layers/samples',
        {
          parameters: ['since'],
          handle: json((query) =>
            this.#service.samples(query.integer('since', 0, Number.MAX_SAFE_INTEGER, 0)),
          ),
        },
      ],
      [
        '/debug/pprof/profile',
        {
          parameters: ['seconds', 'format', 'interval_us'],
          handle: (response, query) => this.#profile(response, query),
        },
      ],
    ]);
  }

  handle(request: IncomingMessage, response: ServerResponse, url: string): void {
    const fail = (error: unknown): void => this.#replier.error(response, this.#replier.coded(error));
    try {
      const queryAt = url.indexOf('?');
      const path = queryAt === -1 ? url : url.slice(0, queryAt);
      const route = this.#routes.get(path);
      if (route === undefined) {
        throw new StrataError('STRATA_PATH_UNKNOWN', { path: path.slice(0, queryTextShownMax) });
      }
      const method = request.method!;
      if (method !== 'GET' && method !== 'HEAD') {
        throw new StrataError('STRATA_METHOD_NOT_ALLOWED', { method, path, allowed: allowedMethods });
      }
      const query = new Query(queryAt === -1 ? '' : url.slice(queryAt + 1), route.parameters);
      const pending = route.handle(response, query);
      if (pending !== undefined) pending.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #ready(response: ServerResponse): void {
    const { ready, draining, leader } = this.#service.status();
    if (ready && !this.#replier.draining) {
      this.#replier.json(response, 200, { status: 'ready' });
    } else if (draining || this.#replier.draining) throw new StrataError('STRATA_SHUTTING_DOWN');
    else if (leader === 0) throw new StrataError('STRATA_NO_LEADER');
    else throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason: 'the node is not ready yet' });
  }

  async #metrics(response: ServerResponse): Promise<void> {
    const text = await prometheusText(this.#metricsSource);
    this.#replier.send(response, 200, ['Content-Type', prometheusContentType], Buffer.from(text));
  }

  async #profile(response: ServerResponse, query: Query): Promise<void> {
    const seconds = query.integer('seconds', 1, 120, 10);
    const intervalUs = query.integer('interval_us', 50, 100_000, 1_000);
    query.choice('format', ['cpuprofile']);
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const profile = await this.#profiler.take(seconds, intervalUs, closed);
    if (response.destroyed) return;
    response.writeHead(200, ['Content-Type', 'application/json']);
    // The one answer of unknown length: it may have megabytes and goes out in pieces. A client that leaves ends it.
    pipeline(Readable.from(profilePieces(profile)), response, () => {});
  }
}
