import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { EventLoopCapture, type Percentiles } from '../../results/schema/index.js';
import { isOurs } from '../attribution/attribute.js';
import { readCpuProfile } from '../attribution/cpuprofile.js';
import { findLineIndex } from '../attribution/line-numbers.js';
import { resolverFor } from '../attribution/line-resolver.js';
import { ProfiledTime } from '../attribution/top-function.js';
import { documentName, headOf } from '../capture-files.js';
import { type EventLoopFindings, eventLoopAgent } from '../inspector/agents/event-loop.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { record } from '../inspector/recording.js';
import { recordCpu } from '../inspector/v8-profiles.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';

const RESOLUTION_MS = 10;
/** Half of what people begin to notice, and far above what a loaded server's turn takes. */
const STALL_MS_MIN = 50;
const STALLS_MAX = 300;
/** Ten samples in the shortest stall tell which function it was. */
const INTERVAL_US = 5_000;
/** Of the values beyond a percentile; with fewer it is an anecdote. */
const VALUES_BEYOND_MIN = 10;

/** How late the event loop comes, how much of the time it works, and what held it up. */
export const eventLoopProbe: Probe = {
  name: 'event-loop',
  question: 'How late does the event loop come, and which function held it up?',
  tier: 'T0',
  cost: 'two timers of 10 ms and one sample per 5 ms; a pause of some milliseconds at the start',
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
    // First, because starting it holds the loop up; ended last, for the same reason.
    const endProfile = await recordCpu(attachment.session, INTERVAL_US);
    const agent = await attachment.inject(eventLoopAgent, {
      resolutionMs: RESOLUTION_MS,
      stallMsMin: STALL_MS_MIN,
      stallsMax: STALLS_MAX,
    });
    return async () => ({ findings: await agent.stop(), profile: await endProfile() });
  });
  return {
    stop: async () => {
      const { value, seconds } = await end();
      const { findings, profile } = value;
      const { beginNs, endNs } = findings;
      const time = profiledTime(profile, target);
      const head = headOf(eventLoopProbe.name, target, seconds, []);
      const name = documentName(target);
      writeDocument(join(directory, name), EventLoopCapture, {
        schema: 'strata.event-loop/1',
        ...head,
        resolutionMs: RESOLUTION_MS,
        // Not libuv's idle time: it forgets what passed before a signal, and the sampler of the profile sends signals.
        utilization: time.busyShare(beginNs, endNs),
        delay: delayOf(findings),
        stalls: findings.stalls.map(({ atNs, ms }) => {
          return { atNs, ms, where: time.topFunction(atNs, atNs + ms * 1e6) };
        }),
      });
      return name;
    },
  };
}

function profiledTime(document: object, { node, pid }: ProbeTarget): ProfiledTime {
  const profile = readCpuProfile(document, `The CPU profile of process ${pid}`);
  const index = findLineIndex(profile);
  const frames = profile.nodes.map(({ callFrame }) => callFrame);
  return new ProfiledTime(profile, isOurs(node, index), index === null ? null : resolverFor(frames, index));
}

/** The sampler measures from wake-up to wake-up: its period is taken off. It may come a little early, too. */
export function delayOf({
  delayNs,
  percentilesNs,
}: Pick<EventLoopFindings, 'delayNs' | 'percentilesNs'>): Percentiles {
  const { count } = delayNs;
  const us = (ns: number): number => (count === 0 ? 0 : Math.max(0, ns / 1e3 - RESOLUTION_MS * 1e3));
  const values = new Map(percentilesNs.map(([percent, ns]) => [percent, ns]));
  const at = (percent: number): number | null => {
    const ns = values.get(percent);
    // In hundredths of a percent, which are whole numbers.
    const beyond = count * (10_000 - Math.round(percent * 100));
    return ns === undefined || beyond < VALUES_BEYOND_MIN * 10_000 ? null : us(ns);
  };
  return {
    count,
    mean: us(delayNs.mean),
    min: us(delayNs.min),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    p9999: at(99.99),
    max: us(delayNs.max),
  };
}
