import type { NodeId, Role } from '../consensus/messages.js';
import type { SyncHistory } from '../ports/sync-history.js';
import type { MetricsRegistry } from './metrics-registry.js';
import type { SampleRing } from './sample-ring.js';

interface Identity {
  readonly id: NodeId;
  readonly role: Role;
  readonly term: number;
  readonly leader: NodeId;
  readonly pid: number;
  readonly strata: string;
  readonly nodejs: string;
  readonly config: Readonly<Record<string, string | number | boolean>>;
}

/** The document at `/debug/layers`: everything a node counted since its start. */
export function layersDocument(
  identity: Identity,
  metrics: MetricsRegistry,
  takenNs: number,
  startedNs: number,
): unknown {
  const { config, ...node } = identity;
  const locks = [...metrics.locks()].map(({ help: _, ...lock }) => lock);
  return {
    schema: 'strata.layers/1',
    node,
    takenNs,
    startedNs,
    config,
    counters: Object.fromEntries([...metrics.counters()].map(({ name, value }) => [name, value])),
    gauges: Object.fromEntries([...metrics.gauges()].map(({ name, value }) => [name, value])),
    histograms: Object.fromEntries(
      [...metrics.histograms()].map(({ name, count, sum, buckets }) => [name, { count, sum, buckets }]),
    ),
    // None where nothing is measured: then the document does not speak of locks at all.
    ...(locks.length === 0 ? {} : { locks }),
  };
}

/** The document at `/debug/layers/samples`. */
export function samplesDocument(node: NodeId, found: ReturnType<SampleRing['after']>): unknown {
  return { schema: 'strata.samples/1', node, ...found };
}

/** The document at `/debug/syncs`. */
export function syncsDocument(node: NodeId, found: ReturnType<SyncHistory['after']>): unknown {
  return { schema: 'strata.syncs/1', node, ...found };
}
