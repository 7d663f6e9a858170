import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { BpfCapture } from '../../results/schema/index.js';
import { parseBpftraceHistograms } from '../bpf/bpftrace-json.js';
import { KERNEL_HISTOGRAMS, kernelProgram } from '../bpf/kernel-program.js';
import { checkBpftrace, runBpftrace } from '../bpf/run-bpftrace.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';

/** More threads than this the program is not told of: it learns those that are started later all the same. */
const THREADS_MAX = 512;

/** Waits that only the kernel sees, as histograms that it gathers itself. */
export const bpfProbe: Probe = {
  name: 'bpf',
  question: 'How long do ready threads wait for a processor, syncs in the kernel, and flushes in the device?',
  tier: 'T3',
  cost: 'a look-up in the kernel per switch of a thread, on the whole machine; nothing is handed over before the end',
  watches: 'pair',
  nodeArguments: [],
  byDefault: true,
  check: () => checkBpftrace(),
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  { seconds }: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  const { node, role, pid } = target;
  const raw = `node-${node}.bpftrace.jsonl`;
  const output = join(directory, raw);
  const run = await runBpftrace(kernelProgram(pid, threadsOf(pid)), ['-f', 'json'], output, seconds);
  return {
    stop: async () => {
      const { seconds: watched } = await run.stop();
      const capture: BpfCapture = {
        schema: 'strata.bpf/1',
        probe: bpfProbe.name,
        node,
        role,
        pid,
        seconds: watched,
        raw: [raw],
        histograms: parseBpftraceHistograms(readFileSync(output, 'utf8'), KERNEL_HISTOGRAMS),
      };
      const name = `node-${node}.json`;
      writeDocument(join(directory, name), BpfCapture, capture);
      return name;
    },
  };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).slice(0, THREADS_MAX).map(Number);
  } catch {
    throw new ProbeError('STRATA_PROBE_FAILED', `There is no process ${pid} to watch. Did it end?`);
  }
}
