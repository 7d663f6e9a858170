import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { PerfCapture, type ThreadKind } from '../../results/schema/index.js';
import { findLineIndexOf } from '../attribution/line-numbers.js';
import { PERF_NODE_ARGUMENTS, readPerfMap } from '../perf/map-file.js';
import { PerfStacks } from '../perf/perf-capture.js';
import { checkPerf, requirePerf } from '../perf/perf-check.js';
import { readRecording, recordedEvent } from '../perf/read-recording.js';
import { perfScratch } from '../perf/scratch.js';
import { mergeKinds, threadKinds } from '../perf/thread-kinds.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';

/** No divisor of the timers of a server, so that samples do not march in step with them. */
const FREQUENCY_HZ = 499;
const ATTACH_TIMEOUT_MS = 10_000;
const DETACH_TIMEOUT_MS = 30_000;
/** Beyond the planned seconds, for a caller that died without calling stop(). */
const LIFETIME_GRACE_MS = 60_000;
/** A pass of a minute on two processors takes 20 MB. */
const DATA_SIZE_MAX = '512M';

/** CPU of all threads, from JavaScript down to the kernel. */
export const perfProbe: Probe = {
  name: 'perf',
  question: 'What do all threads do on the CPU, from JavaScript through libuv down to the kernel?',
  tier: 'T2',
  cost: '499 samples a second and thread on a CPU; nodes of its own, whose functions are slower to start',
  watches: 'pair',
  nodeArguments: PERF_NODE_ARGUMENTS,
  byDefault: true,
  check: () => checkPerf('record'),
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  await requirePerf('record', target.pid);
  const scratch = perfScratch();
  const data = join(scratch.path, 'perf.data');
  // Delayed by a millisecond, because only then perf says when it has begun. No build ids: they would be copied to the home folder.
  const args = ['record', '-B', '-N', '-F', `${FREQUENCY_HZ}`, '-g', '-D', '1', '--max-size', DATA_SIZE_MAX];
  const commandLine = endingWithParent(['perf', [...args, '-o', data, '-p', `${target.pid}`]]);
  const tracer = new Tracer(...commandLine, {
    name: 'perf',
    attachTimeoutMs: ATTACH_TIMEOUT_MS,
    detachTimeoutMs: DETACH_TIMEOUT_MS,
    lifetimeMs: options.seconds * 1_000 + LIFETIME_GRACE_MS,
  });
  try {
    await tracer.attached(/Events enabled/);
  } catch (error) {
    scratch.remove();
    throw error;
  }
  const startedNs = process.hrtime.bigint();
  const before = threadKinds(target.pid);
  return {
    stop: async () => {
      const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
      try {
        const fallback = mergeKinds(before, threadKinds(target.pid));
        await tracer.detach();
        if (!existsSync(data))
          throw new ProbeError('STRATA_PROBE_FAILED', `perf left no recording: ${tracer.stderr.trim()}`);
        return await save(target, directory, { data, seconds, fallback });
      } finally {
        scratch.remove();
      }
    },
  };
}

interface Taken {
  readonly data: string;
  readonly seconds: number;
  readonly fallback: ReadonlyMap<number, ThreadKind>;
}

async function save(
  target: ProbeTarget,
  directory: string,
  { data, seconds, fallback }: Taken,
): Promise<string> {
  const raw = `node-${target.node}.perf.txt.gz`;
  const parsed = `node-${target.node}.json`;
  const map = readPerfMap(target.pid);
  const stacks = new PerfStacks(FREQUENCY_HZ, map);
  const { lost, kept } = await readRecording(data, stacks, map, join(directory, raw));
  const head = {
    probe: perfProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: kept ? [raw] : [],
    frequencyHz: FREQUENCY_HZ,
    lost,
    namesJavaScript: map !== null,
  };
  const index = findLineIndexOf(stacks.scripts());
  const capture = stacks.capture(head, { index, fallback, event: await recordedEvent(data) });
  writeDocument(join(directory, parsed), PerfCapture, capture);
  return parsed;
}
