import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { MetricsSource } from '../../ports/metrics.js';
import { clusterRoutes } from './cluster-routes.js';
import { commandRoutes } from './command-routes.js';
import type { RouteTools } from './exchange.js';
import { healthRoutes } from './health-routes.js';
import { inspectionRoutes } from './inspection-routes.js';
import { profileRoutes } from './profile-routes.js';
import { rangeRoutes } from './range-routes.js';
import type { Route } from './router.js';
import { snapshotRoutes } from './snapshot-routes.js';
import type { WatchRoutes } from './watch-routes.js';

export interface RouteSources {
  readonly service: KeyValueService;
  readonly admin: ClusterAdmin;
  readonly metricsSource: MetricsSource;
  readonly build?: Readonly<Record<string, string>>;
}

/** Every route but those of `/kv/{key}`. `README.md` has the same table, and a test holds the two together. */
export function createRoutes(
  { service, admin, metricsSource, build }: RouteSources,
  tools: RouteTools,
  watches: WatchRoutes,
): Route[] {
  return [
    ...rangeRoutes(service, tools),
    ...commandRoutes(service, tools),
    ...watches.routes(),
    ...clusterRoutes(service, admin),
    ...snapshotRoutes(admin, tools),
    ...healthRoutes(service, tools),
    ...inspectionRoutes(service, metricsSource, build ?? {}),
    ...profileRoutes(tools.clock),
  ];
}
