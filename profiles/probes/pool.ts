import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { PoolCapture } from '../../results/schema/index.js';
import { documentName, headOf } from '../capture-files.js';
import { type PoolFindings, poolAgent } from '../inspector/agents/pool.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { record } from '../inspector/recording.js';
import { exactPercentiles } from '../percentiles.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';

const OPTIONS = { periodMs: 20, floorTasks: 40, floorMsMax: 300, outstandingMax: 250, tasksMax: 10_000 };
/** No idle pool takes longer for a task of microseconds: a process whose pool is full from the start has a floor all the same. */
const FLOOR_US_MAX = 1_000;
const SATURATED_FLOORS = 10;
const THREADS_DEFAULT = 4;
const THREADS_MAX = 1_024;

/** The wait for a thread of libuv's pool, which every file operation, DNS look-up and key derivation goes through. */
export const poolProbe: Probe = {
  name: 'pool',
  question: 'How long does work wait for a thread of the pool?',
  tier: 'T0',
  cost: 'a Worker that sends 50 tasks of microseconds a second through the pool, and its memory',
  watches: 'all',
  nodeArguments: [],
  byDefault: true,
  check: inspectorAvailability,
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  const end = await record(target, options.seconds, async (attachment) => {
    const agent = await attachment.inject(poolAgent, OPTIONS);
    return () => agent.stop();
  });
  return {
    stop: async () => {
      const { value, seconds } = await end();
      const head = headOf(poolProbe.name, target, seconds, []);
      const name = documentName(target);
      const waits = poolWaits(value, target.pid);
      writeDocument(join(directory, name), PoolCapture, { schema: 'strata.pool/1', ...head, ...waits });
      return name;
    },
  };
}

/**
 * Waits of the tasks: what they took longer than on an idle pool. The floor is the median at the start, or that of the capture where that is lower.
 * @throws ProbeError STRATA_PROBE_FAILED when the capture was too short for a single task
 */
export function poolWaits(
  { floorUs, roundTripUs, poolSize }: PoolFindings,
  pid: number,
): Pick<PoolCapture, 'threads' | 'floorUs' | 'wait' | 'saturatedShare'> {
  if (roundTripUs.length === 0) {
    throw new ProbeError(
      'STRATA_PROBE_FAILED',
      `No task went through the pool of process ${pid} meanwhile. Capture for longer.`,
    );
  }
  const floor = Math.min(FLOOR_US_MAX, median(floorUs), median(roundTripUs));
  const waits = Float64Array.from(roundTripUs, (us) => Math.max(0, us - floor));
  const saturated = waits.filter((us) => us > SATURATED_FLOORS * floor).length;
  return {
    threads: poolThreads(poolSize),
    floorUs: floor,
    wait: exactPercentiles(waits),
    saturatedShare: saturated / waits.length,
  };
}

/** As libuv reads UV_THREADPOOL_SIZE: what is no number is one thread. */
export function poolThreads(size: string | null): number {
  if (size === null) return THREADS_DEFAULT;
  const count = Number.parseInt(size, 10);
  return Number.isFinite(count) ? Math.min(THREADS_MAX, Math.max(1, count)) : 1;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
