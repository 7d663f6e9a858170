import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { CpuCapture } from '../../results/schema/index.js';
import { attributeCpuProfile } from '../attribution/attribute.js';
import { parseCpuProfile } from '../attribution/cpuprofile.js';
import { findLineIndex } from '../attribution/line-numbers.js';
import { documentName, headOf, writeRaw } from '../capture-files.js';
import { record } from '../inspector/recording.js';
import { recordCpu } from '../inspector/v8-profiles.js';
import { type EndpointProfile, requestProfile } from '../pprof-endpoint.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeAvailability,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';

/** No cost that could be told from noise was measured at 1 ms; at 100 µs up to 10 %. */
const INTERVAL_US = 1_000;

/** CPU of the main thread by layer and by mechanism: taken by a node of ours itself at `/debug/pprof/profile`, by any other process over its inspector. */
export const cpuProfileProbe: Probe = {
  name: 'cpu-profile',
  question: 'Which layer uses the CPU of the main thread, and for what?',
  tier: 'T0',
  cost: 'one sample per millisecond; too little to tell from noise',
  watches: 'all',
  nodeArguments: [],
  byDefault: true,
  overHttp: true,
  check,
  start,
};

async function check(): Promise<ProbeAvailability> {
  if (!process.features.inspector) {
    return {
      available: false,
      detail: 'this Node.js was built without the inspector',
      install: null,
    };
  }
  return { available: true, detail: `V8 ${process.versions.v8}`, install: null };
}

async function start(
  target: ProbeTarget,
  directory: string,
  { seconds }: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  if (target.url === null) return startAttached(target, directory, seconds);
  const { url, token } = target;
  const parameters = { format: 'cpuprofile', interval_us: INTERVAL_US };
  const end = await requestProfile({ url, token, kind: 'profile', seconds, parameters });
  return { stop: async () => save(await end(), target, directory) };
}

async function startAttached(target: ProbeTarget, directory: string, planned: number): Promise<ProbeSession> {
  const end = await record(target, planned, ({ session }) => recordCpu(session, INTERVAL_US));
  return {
    stop: async () => {
      const { value, seconds } = await end();
      const source = `The CPU profile of process ${target.pid}`;
      return save({ text: JSON.stringify(value), seconds, source }, target, directory);
    },
  };
}

function save({ text, seconds, source }: EndpointProfile, target: ProbeTarget, directory: string): string {
  const profile = parseCpuProfile(text, source);
  const raw = writeRaw(directory, target, 'cpuprofile', text);
  const head = { ...headOf(cpuProfileProbe.name, target, seconds, [raw]), intervalUs: INTERVAL_US };
  const name = documentName(target);
  const capture = attributeCpuProfile(profile, head, findLineIndex(profile));
  writeDocument(join(directory, name), CpuCapture, capture);
  return name;
}
