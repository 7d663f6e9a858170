import type { PointData, RunData } from '../../../results/run-directory.js';
import type { Capture, Histogram, NodeWindow, StageSample } from '../../../results/schema/index.js';
import { madeUpLock } from '../../testing/captures/locks.js';
import { mapNodes, mapPoints } from '../../testing/change-run.js';
import { withCaptures, withPasses } from '../../testing/made-up-captured-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';

/** Parts of made-up runs of one level, in which one number is what a test wants it to be. */

/** The middle level alone, without captures but for these. */
export function levelWith(...captures: readonly Capture[]): RunData {
  const run = captures.length === 0 ? withPasses(() => []) : withCaptures(...captures);
  const own = captures.length;
  return {
    ...run,
    points: run.points
      .filter((point) => point.ref.id === 'mid')
      .map((point) => ({ ...point, passes: own === 0 ? [] : point.passes.slice(-own) })),
  };
}

export function withLeader(run: RunData, change: (node: NodeWindow) => Partial<NodeWindow>): RunData {
  return mapNodes(run, (node) => (node.role === 'leader' ? { ...node, ...change(node) } : node));
}

/** Every value the same. */
export function flatHistogram(meanNs: number, count = 1_000): Histogram {
  return { count, sum: meanNs * count, buckets: [[bucketOf(meanNs), count]] };
}

function bucketOf(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(value)) - 5);
  return Math.floor(value / step) * step;
}

/** Leader's histograms, means in milliseconds. */
export function withMeans(run: RunData, meansMs: Readonly<Record<string, number>>): RunData {
  const flat = Object.entries(meansMs).map(([name, ms]) => [name, flatHistogram(ms * 1e6)] as const);
  return withLeader(run, ({ histograms }) => ({
    histograms: { ...histograms, ...Object.fromEntries(flat) },
  }));
}

export function withCounters(run: RunData, counters: Readonly<Record<string, number>>): RunData {
  return withLeader(run, (node) => ({ counters: { ...node.counters, ...counters } }));
}

export function changePoint(run: RunData, change: (point: PointData) => Partial<PointData>): RunData {
  return mapPoints(run, (point) => ({ ...point, ...change(point) }));
}

const TOTAL_NS = 10_000_000;

/** Stages of a write as shares of it; what is left goes to `parse`. Those of followers need `winner: 'replicate'`. */
export type Stages = Partial<
  Record<
    'wireIn' | 'proposeQueue' | 'batchWait' | 'syncSubmit' | 'fsync' | 'remoteQueue' | 'applyWait' | 'rest',
    number
  >
>;

export function writeOf(stages: Stages, winner: 'persist' | 'replicate' = 'persist'): StageSample {
  const length = (share = 0) => Math.round(share * TOTAL_NS);
  const used = Object.values(stages).reduce((total, share) => total + share, 0);
  const receivedNs = length(stages.wireIn);
  const parsedNs = receivedNs + length(1 - used);
  const proposedNs = parsedNs + length(stages.proposeQueue);
  const appendedNs = proposedNs + length(stages.batchWait);
  const fsyncSubmittedNs = appendedNs + length(stages.syncSubmit);
  const fsyncDoneNs = fsyncSubmittedNs + length(stages.fsync);
  const queueNs = length(stages.remoteQueue);
  const quorumAckedNs = proposedNs + queueNs;
  const committedNs = Math.max(fsyncDoneNs, quorumAckedNs);
  const applyStartNs = committedNs + length(stages.applyWait);
  return {
    ...madeUpRun().points[1]!.stages!.samples[0]!,
    sentNs: 0,
    receivedNs,
    parsedNs,
    proposedNs,
    appendStartedNs: appendedNs,
    appendedNs,
    fsyncSubmittedNs,
    fsyncDoneNs,
    firstSentNs: proposedNs,
    quorumAckedNs,
    committedNs,
    applyStartNs,
    appliedNs: applyStartNs,
    repliedNs: applyStartNs,
    doneNs: applyStartNs,
    winner,
    remote: { queueNs, writeNs: 0, syncNs: 0 },
  };
}

export function withWrites(run: RunData, samples: readonly StageSample[]): RunData {
  return changePoint(run, (point) => ({
    stages: {
      ...madeUpRun().points[1]!.stages!,
      ...point.stages,
      traced: samples.length,
      joined: samples.length,
      samples: [...samples],
    },
  }));
}

export function withStages(run: RunData, stages: Stages, winner?: 'persist' | 'replicate'): RunData {
  return withWrites(run, Array<StageSample>(20).fill(writeOf(stages, winner)));
}

/** Requests in flight, all of them writes. */
export function withInFlight(run: RunData, product: number): RunData {
  return changePoint(run, ({ summary }) => ({
    summary: {
      ...summary,
      audit: { ...summary.audit, littlesLaw: { ...summary.audit.littlesLaw, product } },
    },
  }));
}

type Thread = NonNullable<NodeWindow['proc']>['threads'][number];

/** Shares of the window of the leader's main thread. */
export function withMainThread(
  run: RunData,
  shares: { readonly busy?: number; readonly waits?: number },
): RunData {
  return withLeader(run, ({ proc, seconds }) => ({
    proc: {
      ...proc!,
      threads: proc!.threads.map((thread): Thread => {
        if (thread.kind !== 'main') return thread;
        const ms = (share: number) => share * seconds * 1e3;
        return {
          ...thread,
          ...(shares.busy === undefined ? {} : { cpuMs: ms(shares.busy) }),
          ...(shares.waits === undefined ? {} : { runqueueWaitMs: ms(shares.waits) }),
        };
      }),
    },
  }));
}

/** Writes and syncs take a pool of four threads for this share of the window; a call waits `cpuWaitUs` for a CPU. */
export function withPoolUse(
  run: RunData,
  { busy, cpuWaitUs = 0 }: { readonly busy: number; readonly cpuWaitUs?: number },
): RunData {
  return withLeader(run, ({ counters, histograms, proc, seconds }) => ({
    counters: { ...counters, io_writes_total: 600, io_fsyncs_total: 400 },
    histograms: {
      ...histograms,
      io_write_ns: flatHistogram(1, 600),
      io_fsync_ns: flatHistogram((busy * seconds * 1e9 * 4) / 400, 400),
    },
    proc: {
      ...proc!,
      threads: proc!.threads.map((thread) =>
        thread.kind === 'pool' ? { ...thread, runqueueWaitMs: (cpuWaitUs * 1_000) / 1e3 } : thread,
      ),
    },
  }));
}

/** Writes that gather behind the own append: this share of the wait to be proposed is theirs. */
export function withGathering(run: RunData, share: number): RunData {
  return withLeader(run, ({ histograms }) => ({
    locks: [madeUpLock((share * histograms.consensus_propose_wait_ns!.sum) / 1e6, 'proposal_slot')],
  }));
}

export function withCluster(run: RunData, cluster: Partial<RunData['run']['cluster']>): RunData {
  return { ...run, run: { ...run.run, cluster: { ...run.run.cluster, ...cluster } } };
}
