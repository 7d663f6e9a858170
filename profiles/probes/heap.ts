import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { HeapCapture } from '../../results/schema/index.js';
import { attributeHeap, readHeapProfile } from '../attribution/heap-profile.js';
import { findLineIndexOf } from '../attribution/line-numbers.js';
import { documentName, headOf, writeRaw } from '../capture-files.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { record } from '../inspector/recording.js';
import { recordAllocations } from '../inspector/v8-profiles.js';
import { type EndpointProfile, requestProfile } from '../pprof-endpoint.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';

/** V8's own default: a hundred megabytes give three thousand samples. */
const INTERVAL_BYTES = 32 * 1_024;

/** Allocations on the JavaScript heap by layer, what was collected again included. */
export const heapProbe: Probe = {
  name: 'heap',
  question: 'Which layer allocates on the JavaScript heap, and in which function?',
  tier: 'T0',
  cost: 'one stack for each 32 KiB allocated; allocation in optimised code gets slower',
  watches: 'all',
  nodeArguments: [],
  byDefault: true,
  overHttp: true,
  check: inspectorAvailability,
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  { seconds }: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  if (target.url === null) return startAttached(target, directory, seconds);
  const { url, token } = target;
  const parameters = { format: 'heapprofile', kind: 'alloc', interval_bytes: INTERVAL_BYTES };
  const end = await requestProfile({ url, token, kind: 'heap', seconds, parameters });
  return {
    stop: async () => {
      const profile = await end();
      return save(profile, parse(profile), target, directory);
    },
  };
}

async function startAttached(target: ProbeTarget, directory: string, planned: number): Promise<ProbeSession> {
  const end = await record(target, planned, ({ session }) => recordAllocations(session, INTERVAL_BYTES));
  return {
    stop: async () => {
      const { value, seconds } = await end();
      const source = `The heap profile of process ${target.pid}`;
      return save({ text: JSON.stringify(value), seconds, source }, value, target, directory);
    },
  };
}

function save(
  { text, seconds, source }: EndpointProfile,
  document: unknown,
  target: ProbeTarget,
  directory: string,
): string {
  const sites = readHeapProfile(document, source);
  const raw = writeRaw(directory, target, 'heapprofile', text);
  const head = {
    ...headOf(heapProbe.name, target, seconds, [raw]),
    kind: 'alloc' as const,
    intervalBytes: INTERVAL_BYTES,
  };
  const index = findLineIndexOf(sites.map(({ callFrame }) => callFrame.url));
  const name = documentName(target);
  writeDocument(join(directory, name), HeapCapture, attributeHeap(sites, head, index));
  return name;
}

function parse({ text, source }: EndpointProfile): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProbeError(
      'STRATA_PROBE_OUTPUT_INVALID',
      `${source} is not JSON: ${(error as Error).message}. Capture again.`,
    );
  }
}
