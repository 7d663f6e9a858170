import type { LayerName, NodeWindow, StrategyLetter } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import type { PointFacts } from '../report/facts.js';
import { combine, type Measured, measured, missing, quotient } from './measured.js';
import { counter, histogramCount, histogramMean, persistShare } from './node-measures.js';

/** A queue of the server that keeps a histogram of the time spent in it. */
export interface QueueDefinition {
  readonly histogram: string;
  readonly layer: LayerName;
  readonly name: string;
  /** What of the document's lock it is. */
  readonly what: string;
  /** How many requests stand in it at each wait that the histogram holds. */
  readonly waiters: (node: NodeWindow, point: PointFacts) => Measured;
}

const each = (): Measured => measured(1);

/** Everything in flight, by Little's law: throughput × mean latency. */
const inFlight = (_node: NodeWindow, point: PointFacts): Measured =>
  measured(point.summary.audit.littlesLaw.product);

const entriesPer =
  (entries: string, histogram: string) =>
  (node: NodeWindow): Measured =>
    quotient(
      counter(node, entries),
      histogramCount(node, histogram),
      t`${histogram} recorded nothing in the window`,
    );

/**
 * Of those that stand before the leader's own disk, the ones that wait for it: a write that the followers committed was answered without it.
 * Missing where the node does not tell which branch decided.
 */
const whereDiskDecides =
  (waiters: (node: NodeWindow) => Measured) =>
  (node: NodeWindow): Measured =>
    combine(waiters(node), persistShare(node), (each, share) => each * share);

/** Nobody waits for a sync of a strategy that answers before it. */
const waitersOfSync = (node: NodeWindow, { point }: PointFacts): Measured =>
  ANSWERS_BEFORE_SYNC.includes(point.ref.strategy)
    ? measured(0)
    : whereDiskDecides((leader) => histogramMean(leader, 'io_fsync_entries'))(node);

const ANSWERS_BEFORE_SYNC: readonly StrategyLetter[] = ['B', 'C'];

/** Queues in the order of a write, then what stops the whole loop. */
export const QUEUES: readonly QueueDefinition[] = [
  {
    histogram: 'consensus_propose_wait_ns',
    layer: 'consensus',
    name: 'propose queue',
    what: 'a write waits for the loop to propose it (per request)',
    waiters: each,
  },
  {
    histogram: 'log_batch_wait_ns',
    layer: 'log',
    name: 'batch wait',
    what: 'a batch waits for the append before it (per batch)',
    waiters: whereDiskDecides(entriesPer('log_entries_total', 'log_batch_wait_ns')),
  },
  {
    histogram: 'io_fsync_ns',
    layer: 'io',
    name: 'fsync',
    what: 'pool queue + kernel + wake-up (per sync)',
    waiters: waitersOfSync,
  },
  {
    histogram: 'consensus_slack_ns',
    layer: 'consensus',
    name: 'slack',
    what: 'the branch of commit that was done first waits for the other (per batch)',
    waiters: () => missing(t`a branch waits here, no request: it costs the write nothing`),
  },
  {
    histogram: 'state_apply_wait_ns',
    layer: 'state',
    name: 'apply wait',
    what: 'committed, not yet applied (per batch)',
    waiters: entriesPer('state_applied_total', 'state_apply_wait_ns'),
  },
  {
    histogram: 'runtime_loop_delay_ns',
    layer: 'runtime',
    name: 'event loop delay',
    what: 'lateness of a timer that is due every 10 ms: the busy loop, the nearest thing to a global lock',
    waiters: () => missing(t`samples of a lateness do not add up`),
  },
  {
    histogram: 'runtime_gc_ns',
    layer: 'gc',
    name: 'garbage collection',
    what: 'the loop stands still (per collection)',
    waiters: inFlight,
  },
];
