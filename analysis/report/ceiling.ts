import type { Baseline } from '../../results/schema/index.js';
import type { Facts, PointFacts } from './facts.js';

export type Echo = Baseline['httpEcho'][number];

/**
 * What an empty HTTP server answered on this machine to as many clients of the same generator: no rate through one HTTP server passes it, no latency in a closed
 * loop falls below. Null where it is no ceiling: for nodes that run elsewhere, for a load that several servers share, for a rate of our own that passed it.
 */
export function echoOf(point: PointFacts, { data }: Facts): Echo | null {
  const { summary } = point;
  if (data.run.cluster.external || summary.mode !== 'closed' || summary.targets.length !== 1) return null;
  const echo = data.baseline?.httpEcho.find(({ clients }) => clients === summary.clients);
  return echo === undefined || echo.throughputPerSecond <= summary.throughputPerSecond ? null : echo;
}
