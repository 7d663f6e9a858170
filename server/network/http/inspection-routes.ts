import type { KeyValueService } from '../../ports/key-value-service.js';
import type { MetricsSource } from '../../ports/metrics.js';
import { processFamilies } from './process-metrics.js';
import { layerFamilies, prometheusContentType, prometheusText } from './prometheus.js';
import type { Route } from './router.js';
import { statusFamilies } from './status-metrics.js';

/** What the node measured of itself. */
export function inspectionRoutes(
  service: KeyValueService,
  metrics: MetricsSource,
  build: Readonly<Record<string, string>>,
): Route[] {
  const look = { method: 'GET', bodyBytesMax: 0, kind: 'inspection' } as const;
  return [
    {
      ...look,
      path: '/metrics',
      role: 'read',
      parameters: [],
      handle: async (exchange) => {
        const own = [...layerFamilies(metrics), ...statusFamilies(service.status(), build)];
        const text = await prometheusText([...own, ...(await processFamilies())]);
        exchange.send(200, ['Content-Type', prometheusContentType], Buffer.from(text));
      },
    },
    {
      ...look,
      path: '/debug/layers',
      role: 'admin',
      parameters: [],
      handle: (exchange) => exchange.json(service.layers()),
    },
    {
      ...look,
      path: '/debug/layers/samples',
      role: 'admin',
      parameters: ['since'],
      handle: (exchange) => {
        const since = exchange.query.integer('since', 0, Number.MAX_SAFE_INTEGER, 0);
        exchange.json(service.samples(since));
      },
    },
    {
      ...look,
      path: '/debug/events',
      role: 'admin',
      parameters: ['since'],
      handle: (exchange) => {
        const since = exchange.query.integer('since', 0, Number.MAX_SAFE_INTEGER, 0);
        exchange.json(service.events(since));
      },
    },
    {
      ...look,
      path: '/debug/syncs',
      role: 'admin',
      parameters: ['since'],
      handle: (exchange) => {
        const since = exchange.query.integer('since', 0, Number.MAX_SAFE_INTEGER, 0);
        exchange.json(service.syncs(since));
      },
    },
  ];
}
