import { LAYERS } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import { backpressureWaits } from '../measures/backpressure.js';
import { type CaptureName, leaderCapture } from '../measures/captures.js';
import { leaderAtomics, leaderLocks, MEASURED_PASS } from '../measures/locks.js';
import type { Wait } from '../measures/wait.js';
import { leaderWaits } from '../measures/waits.js';
import { integer, nanos, significant } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { holderTable } from './holder-table.js';
import { whyNotCaptured } from './observed.js';
import { blocks, notMeasured } from './section.js';

/** Who waits, and who makes them wait: the leader at the level that profiles are read from. */
export function waitViews(facts: Facts): string {
  const { middle } = facts;
  if (middle === null) return notMeasured(t`the run has no sweep`);
  return blocks(
    t`#### Who waits: the leader at ${levelName(middle)}, by layer`,
    t`Each wait counts once for every waiter: a hold of 10 ms before 100 waiters costs 1 s. 1 s/s means that at any time one of them stands there. Views overlap (a task in the pool queue is part of a sync, a sync part of a lock held over it): the rows are not to be added up. In batch wait and fsync only those count whose commit the own disk decided: the followers answered for the others.`,
    layerTable(middle),
    missingViews(facts, middle),
    t`#### Who makes them wait`,
    holderTable(facts, middle),
  );
}

function layerTable(middle: PointFacts): string {
  const waits = leaderWaits(middle);
  if (!waits.ok) return notMeasured(waits.because);
  const { id } = middle.point.ref;
  const table = new MarkdownTable(
    [
      left(t`Layer`),
      left(t`Wait`),
      left(t`What it is`),
      right(t`count`),
      right(t`mean`),
      right('p99'),
      right(t`longest`),
      right(t`waiters each`),
      right(t`lost by all waiters`),
      left(t`Seen by`),
    ],
    t`\`points/${id}/nodes/*.json\` of the leader; probes: \`points/${id}/passes/*/node-*.json\``,
  );
  for (const wait of inLayerOrder(waits.value)) {
    table.row(
      translated(wait.layer),
      wait.lock === undefined ? wait.name : t`lock ${code(wait.lock)}`,
      wait.what,
      table.cell(wait.count, integer),
      table.cell(wait.meanNs, nanos),
      table.cell(wait.p99Ns, nanos),
      table.cell(wait.longestNs, nanos),
      table.cell(wait.waiters, significant),
      table.cell(wait.lostNsPerSecond, (ns) => `${nanos(ns)}/s`),
      wait.from === MEASURED_PASS ? t`measured pass` : wait.from,
    );
  }
  return blocks(table.toString(), largestLine(waits.value, middle));
}

const ORDER: readonly string[] = [...LAYERS, 'gc'];

/** Layers as everywhere; within one the costliest first, those without a sum last. */
function inLayerOrder(waits: readonly Wait[]): readonly Wait[] {
  const cost = (wait: Wait) => (wait.lostNsPerSecond.ok ? wait.lostNsPerSecond.value : -1);
  return [...waits].sort(
    (one, other) => ORDER.indexOf(one.layer) - ORDER.indexOf(other.layer) || cost(other) - cost(one),
  );
}

/** The one wait to look at first, against everything that was in flight meanwhile. */
function largestLine(waits: readonly Wait[], middle: PointFacts): string | null {
  let most: { readonly wait: Wait; readonly stand: number } | null = null;
  for (const wait of waits) {
    if (!wait.lostNsPerSecond.ok) continue;
    const stand = wait.lostNsPerSecond.value / 1e9;
    if (stand > (most?.stand ?? 0)) most = { wait, stand };
  }
  if (most === null) return null;
  const inFlight = middle.summary.audit.littlesLaw.product;
  return t`Most is lost in **${most.wait.name}** (${translated(most.wait.layer)}): on average ${significant(most.stand)} stand there, of ${significant(inFlight)} requests in flight (Little's law).`;
}

/** Views that no row above could give, with the reason: a table that is short must say so. */
function missingViews(facts: Facts, middle: PointFacts): string | null {
  const views = [
    [t`locks`, leaderLocks(middle).ok, 'strata.locks/1'],
    ['`Atomics.wait`', leaderAtomics(middle).ok, 'strata.locks/1'],
    [
      t`event loop by a sampler`,
      leaderCapture(middle.point, 'strata.event-loop/1').ok,
      'strata.event-loop/1',
    ],
    [t`pool queue`, leaderCapture(middle.point, 'strata.pool/1').ok, 'strata.pool/1'],
    [t`native locks (futex)`, hasFutex(middle), 'strata.syscalls/1'],
  ] as const;
  const lines = views
    .filter(([, seen]) => !seen)
    .map(([what, , schema]) => t`- ${what}: ${notMeasured(whyNot(facts, middle, schema))}`);
  if (middle.leader.ok && backpressureWaits(middle.leader.value).length === 0) {
    const because = t`the node reported no metric \`network_*_stalls_total\``;
    lines.push(t`- sockets that could take no more: ${notMeasured(because)}`);
  }
  return lines.length === 0 ? null : [t`Not in this table:`, '', ...lines].join('\n');
}

const hasFutex = (middle: PointFacts): boolean =>
  leaderCapture(middle.point, 'strata.syscalls/1', (capture) => capture.futex !== undefined).ok;

function whyNot(facts: Facts, middle: PointFacts, schema: CaptureName): string {
  const seen = leaderCapture(middle.point, schema);
  if (!seen.ok) return whyNotCaptured(facts, schema);
  return schema === 'strata.syscalls/1'
    ? t`the tracer did not tell parked threads from those that wait for a lock`
    : t`\`${seen.value.probe}\` could not see it in this process`;
}
