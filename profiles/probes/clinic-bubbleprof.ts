import { cannotAttach, type LaunchTool, launchUnder } from '../adapters/launch-tool.js';
import { CLINIC, checkTool } from '../adapters/tool-package.js';
import type { Probe } from '../probe.js';

const BUBBLEPROF: LaunchTool = {
  probe: 'clinic-bubbleprof',
  tool: CLINIC,
  what: 'groups of asynchronous operations, and the delays between them',
  warnings: ['its page is large: fifteen megabytes after a second and a half'],
};

/** Where asynchronous operations wait for each other. */
export const clinicBubbleprofProbe: Probe = {
  name: BUBBLEPROF.probe,
  question: 'Between which asynchronous operations does Clinic.js Bubbleprof see delays?',
  tier: 'T2',
  cost: 'starts the program itself; follows every asynchronous operation: throughput falls to a third',
  watches: 'leader',
  nodeArguments: [],
  byDefault: false,
  attaches: false,
  check: async () => checkTool(CLINIC),
  start: () => cannotAttach(BUBBLEPROF.probe),
  launch: (request, directory) => launchUnder(BUBBLEPROF, request, directory),
};
