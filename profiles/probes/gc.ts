import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { GcCapture } from '../../results/schema/index.js';
import { documentName, headOf } from '../capture-files.js';
import { gcAgent } from '../inspector/agents/gc.js';
import { inspectorAvailability } from '../inspector/availability.js';
import { record } from '../inspector/recording.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';

const PAUSES_MAX = 300;

/** Every collection of V8 while it lasts, and the heap by space at the end. */
export const gcProbe: Probe = {
  name: 'gc',
  question: 'How often does V8 collect garbage, how long does it stop the program, how full is the heap?',
  tier: 'T0',
  cost: 'one callback for each collection',
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
    const agent = await attachment.inject(gcAgent, { pausesMax: PAUSES_MAX });
    return () => agent.stop();
  });
  return {
    stop: async () => {
      const { value, seconds } = await end();
      const kinds = value.kinds.sort((a, b) => b.totalMs - a.totalMs);
      const head = headOf(gcProbe.name, target, seconds, []);
      const name = documentName(target);
      writeDocument(join(directory, name), GcCapture, { schema: 'strata.gc/1', ...head, ...value, kinds });
      return name;
    },
  };
}
