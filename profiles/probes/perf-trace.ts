import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeDocument } from '../../results/run-directory.js';
import { SyscallCapture, type ThreadKind } from '../../results/schema/index.js';
import { checkPerf, requirePerf } from '../perf/perf-check.js';
import { kindsByCalls, mergeKinds, threadKinds } from '../perf/thread-kinds.js';
import { futexRows, syscallRows } from '../perf/trace-rows.js';
import { parseTraceSummary } from '../perf/trace-summary.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { inPrivateTracefs } from '../tools/private-tracefs.js';
import { Tracer } from '../tools/tracer.js';
import { endingWithParent } from '../tools/with-parent.js';

const ATTACH_TIMEOUT_MS = 10_000;
const DETACH_TIMEOUT_MS = 30_000;
/** Beyond the planned seconds, for a caller that died without calling stop(). */
const LIFETIME_GRACE_MS = 60_000;
/** Perf tells that it maps its buffers, and counts from an instant later without a word. */
const ENABLE_GRACE_MS = 250;
/** Per CPU. The default of 128 overflows at a hundred thousand calls a second. */
const BUFFER_PAGES = '2048';
const SUMMARY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Every system call by thread, without stopping the process at each: dearer than a sample, cheaper than strace. Not part of a run unless
 * asked for: strace gives the same rows and tells descriptors apart, and every pass makes a run longer. This one is for the machine that forbids
 * ptrace, for a process that must not be slowed to a fifth, and for seeing which thread waits.
 */
export const perfTraceProbe: Probe = {
  name: 'perf-trace',
  question: 'Which thread makes which system calls, how long do they take, how many fail?',
  tier: 'T2',
  cost: 'two events per system call instead of two stops: cheaper than strace, too dear to quote throughput from',
  watches: 'pair',
  nodeArguments: [],
  byDefault: false,
  check: () => checkPerf('trace'),
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  await requirePerf('trace', target.pid);
  const raw = `node-${target.node}.perf-trace.txt`;
  // Sorted: the buffers are read one CPU after another, and a call whose end is read before its begin is measured from the call before it.
  const args = [
    'trace',
    '-v',
    '-s',
    '--sort-events',
    '-m',
    BUFFER_PAGES,
    '-o',
    join(directory, raw),
    '-p',
    `${target.pid}`,
  ];
  const tracer = new Tracer(...endingWithParent(inPrivateTracefs(['perf', args])), {
    name: 'perf',
    attachTimeoutMs: ATTACH_TIMEOUT_MS,
    detachTimeoutMs: DETACH_TIMEOUT_MS,
    lifetimeMs: options.seconds * 1_000 + LIFETIME_GRACE_MS,
  });
  await tracer.attached(/mmap size/);
  const startedNs = process.hrtime.bigint();
  await sleep(ENABLE_GRACE_MS);
  const before = threadKinds(target.pid);
  return {
    stop: async () => {
      const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
      const kinds = mergeKinds(before, threadKinds(target.pid));
      await tracer.detach();
      return save(target, directory, { raw, seconds, kinds });
    },
  };
}

interface Taken {
  readonly raw: string;
  readonly seconds: number;
  readonly kinds: ReadonlyMap<number, ThreadKind>;
}

function save(target: ProbeTarget, directory: string, { raw, seconds, kinds }: Taken): string {
  const path = join(directory, raw);
  if (!existsSync(path)) throw new ProbeError('STRATA_PROBE_FAILED', `perf left no summary at ${path}.`);
  const { size } = statSync(path);
  if (size > SUMMARY_BYTES_MAX)
    throw new ProbeError(
      'STRATA_PROBE_OUTPUT_INVALID',
      `${path} has ${size} bytes, which is no summary. Keep the file and report it.`,
    );
  const { threads, lost } = parseTraceSummary(readFileSync(path, 'utf8'));
  const parsed = `node-${target.node}.json`;
  const capture: SyscallCapture = {
    schema: 'strata.syscalls/1',
    probe: perfTraceProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: [raw],
    lost,
    rows: syscallRows(threads),
    futex: futexRows(threads, kindsByCalls(threads, kinds)),
  };
  writeDocument(join(directory, parsed), SyscallCapture, capture);
  return parsed;
}
