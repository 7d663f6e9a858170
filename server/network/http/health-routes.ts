import { StrataError } from '../../errors.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { RouteTools } from './exchange.js';
import type { Route } from './router.js';

/** Probes: whether the process lives, and whether clients should be sent to it. */
export function healthRoutes(service: KeyValueService, { replier }: RouteTools): Route[] {
  const probe = { method: 'GET', role: 'none', parameters: [], bodyBytesMax: 0, kind: 'health' } as const;
  return [
    { ...probe, path: '/healthz', handle: (exchange) => exchange.json({ status: 'ok' }) },
    {
      ...probe,
      path: '/readyz',
      handle: (exchange) => {
        const { ready, draining, leader } = service.status();
        if (draining || replier.draining) throw new StrataError('STRATA_SHUTTING_DOWN');
        if (!ready && leader === 0) throw new StrataError('STRATA_NO_LEADER');
        if (!ready) throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason: 'the node is not ready yet' });
        exchange.json({ status: 'ready' });
      },
    },
  ];
}
