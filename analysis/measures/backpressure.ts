import type { NodeWindow } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { MEASURED_PASS } from './locks.js';
import { measured, missing } from './measured.js';
import { NO_PERCENTILE, type Wait } from './wait.js';

/** Whose sockets may be full: the parts of the network layer, as they name their metrics. */
const ENDS = [
  { kind: 'peer', name: 'peers that do not read' },
  { kind: 'http', name: 'HTTP clients that do not read' },
  { kind: 'resp', name: 'RESP clients that do not read' },
] as const;

/** Sockets that could take no more bytes: how often, and for how long something waited. Empty for a node that does not count them. */
export function backpressureWaits(node: NodeWindow): Wait[] {
  return ENDS.flatMap(({ kind, name }) => {
    const count = node.counters[`network_${kind}_stalls_total`];
    const ns = node.counters[`network_${kind}_stalled_ns_total`];
    if (count === undefined || ns === undefined) return [];
    return [
      {
        layer: 'network' as const,
        name: translated(name),
        what: t`the kernel takes no more bytes for a socket (per stall)`,
        count: measured(count),
        meanNs: count === 0 ? missing(t`no socket was full in the window`) : measured(ns / count),
        p99Ns: missing(translated(NO_PERCENTILE)),
        longestNs: missing(translated(NO_PERCENTILE)),
        waiters: measured(1),
        lostNsPerSecond: measured(ns / node.seconds),
        from: MEASURED_PASS,
      },
    ];
  });
}
