import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeDocument } from '../../results/run-directory.js';
import { CpuCapture } from '../../results/schema/index.js';
import { attributeCpuProfile } from '../attribution/attribute.js';
import { parseCpuProfile } from '../attribution/cpuprofile.js';
import { findLineIndex } from '../attribution/line-numbers.js';
import { type HttpAnswer, httpGet } from '../http-get.js';
import { findProject } from '../machine/project-root.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeAvailability,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';

/** No cost that could be told from noise was measured at 1 ms; at 100 µs up to 10 %. */
const INTERVAL_US = 1_000;
/** The endpoint refuses to profile for longer. */
const SECONDS_MAX = 120;
/** After the planned seconds: time to serialise a large profile on a machine under full load. */
const ANSWER_GRACE_MS = 30_000;
const PROFILE_BYTES_MAX = 256 * 1024 * 1024;
/** A refusal comes at once, a profile after its seconds: this long `start` waits for a refusal. */
const REFUSAL_WAIT_MS = 50;

/** CPU of the main thread by layer and by mechanism, taken by the node itself at `/debug/pprof/profile`. */
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
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  if (target.url === null) {
    throw new ProbeError(
      'STRATA_PROBE_UNAVAILABLE',
      `Process ${target.pid} has no URL to take a CPU profile from. Name one with --url.`,
    );
  }
  // The endpoint takes whole seconds, as Go's does.
  const seconds = Math.min(SECONDS_MAX, Math.max(1, Math.round(options.seconds)));
  const url = new URL('/debug/pprof/profile', target.url);
  url.search = `seconds=${seconds}&format=cpuprofile&interval_us=${INTERVAL_US}`;
  const answer = httpGet(url, { timeoutMs: seconds * 1_000 + ANSWER_GRACE_MS, bytesMax: PROFILE_BYTES_MAX });
  await refusal(answer, url);
  return { stop: async () => save(await answer, url, target, directory, seconds) };
}

/** Fails when the answer is there already and is no profile; a later failure is reported by `stop`. */
async function refusal(answer: Promise<HttpAnswer>, url: URL): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), REFUSAL_WAIT_MS);
  });
  // A failure after the race must not end the process as an unhandled rejection while nobody has called stop() yet.
  answer.catch(() => undefined);
  try {
    const early = await Promise.race([answer, waited]);
    if (early !== null) requireProfile(early, url);
  } finally {
    clearTimeout(timer);
  }
}

function requireProfile(answer: HttpAnswer, url: URL): void {
  if (answer.status === 200) return;
  throw new ProbeError(
    'STRATA_PROBE_FAILED',
    `${url.href} answered ${answer.status}: ${answer.body.slice(0, 300)}. The probe needs a Strata node that serves it.`,
  );
}

/** A run directory travels; where the project lies on this machine is nobody's business. Sources are found again from `/strata`. */
function withoutHomePath(profile: string): string {
  const project = findProject();
  return project === null
    ? profile
    : profile.replaceAll(`${pathToFileURL(project.root).href}/`, 'file:///strata/');
}

function save(answer: HttpAnswer, url: URL, target: ProbeTarget, directory: string, seconds: number): string {
  requireProfile(answer, url);
  const raw = `node-${target.node}.cpuprofile`;
  const parsed = `node-${target.node}.json`;
  writeFileSync(join(directory, raw), withoutHomePath(answer.body));
  const profile = parseCpuProfile(answer.body, url.href);
  const head = {
    probe: cpuProfileProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: [raw],
    intervalUs: INTERVAL_US,
  };
  const capture = attributeCpuProfile(profile, head, findLineIndex(profile));
  writeDocument(join(directory, parsed), CpuCapture, capture);
  return parsed;
}
