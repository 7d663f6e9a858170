import { cannotAttach, type LaunchTool, launchUnder } from '../adapters/launch-tool.js';
import { CLINIC, checkTool } from '../adapters/tool-package.js';
import type { Probe } from '../probe.js';

const FLAME: LaunchTool = {
  probe: 'clinic-flame',
  tool: CLINIC,
  what: 'flame graph of JavaScript, optimised and unoptimised code apart',
  warnings: ['it rests on an older 0x and leaves out idle time and the collector'],
};

/** The flame graph that users of Clinic.js know. */
export const clinicFlameProbe: Probe = {
  name: FLAME.probe,
  question: 'Where does Clinic.js Flame see the CPU time of a program go?',
  tier: 'T2',
  cost: "starts the program itself, under V8's own profiler",
  watches: 'leader',
  nodeArguments: [],
  byDefault: false,
  attaches: false,
  check: async () => checkTool(CLINIC),
  start: () => cannotAttach(FLAME.probe),
  launch: (request, directory) => launchUnder(FLAME, request, directory),
};
