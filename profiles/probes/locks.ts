import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { LockCapture } from '../../results/schema/index.js';
import { documentName, headOf } from '../capture-files.js';
import { type AtomicsWaitFindings, atomicsWaitAgent } from '../inspector/agents/atomics-wait.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { listeningSockets } from '../inspector/listening-sockets.js';
import { type EndRecording, type Recorded, record } from '../inspector/recording.js';
import { atomicsOf } from '../locks/atomics-callers.js';
import { locksBetween, readLocks } from '../locks/node-locks.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';

const OPTIONS = { callersMax: 200, framesMax: 12 };

/** Locks that a node keeps accounts of, and `Atomics.wait` of any process: waits of the main thread while everything else stands. */
export const locksProbe: Probe = {
  name: 'locks',
  question: 'Who waits for locks, who makes them wait, and where does the main thread stand in Atomics.wait?',
  tier: 'T0',
  cost: 'two readings of /debug/layers, and one stack for each Atomics.wait',
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
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  const before = await readLocks(target);
  const beginMs = performance.now();
  const end = await watchAtomics(target, options.seconds);
  return {
    stop: async () => {
      const recorded = await end?.();
      const seconds = recorded?.seconds ?? (performance.now() - beginMs) / 1e3;
      const locks = locksBetween(before, await readLocks(target));
      const name = documentName(target);
      writeDocument(join(directory, name), LockCapture, {
        schema: 'strata.locks/1',
        ...headOf(locksProbe.name, target, seconds, []),
        locks,
        atomics: recorded === undefined ? null : atomicsOf(recorded.value, target.node),
      });
      return name;
    },
  };
}

/**
 * Undefined for a node that is known by its URL and cannot be attached to: its own accounts are an answer, too. One that runs elsewhere has the id of
 * a process that is another one here, so it must listen here on the port of its URL.
 */
async function watchAtomics(
  target: ProbeTarget,
  seconds: number,
): Promise<EndRecording<Recorded<AtomicsWaitFindings>> | undefined> {
  if (target.url !== null && !listensAt(target.pid, new URL(target.url))) return undefined;
  try {
    return await record(target, seconds, async (attachment) => {
      const agent = await attachment.inject(atomicsWaitAgent, OPTIONS);
      return () => agent.stop();
    });
  } catch (error) {
    if (target.url === null) throw error;
    return undefined;
  }
}

function listensAt(pid: number, url: URL): boolean {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return listeningSockets(pid).some((socket) => socket.port === port);
}
