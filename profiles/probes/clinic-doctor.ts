import { cannotAttach, type LaunchTool, launchUnder } from '../adapters/launch-tool.js';
import { CLINIC, checkTool } from '../adapters/tool-package.js';
import type { Probe } from '../probe.js';

const DOCTOR: LaunchTool = {
  probe: 'clinic-doctor',
  tool: CLINIC,
  what: 'CPU, memory, loop delay and handles over time, with its diagnosis',
  warnings: ['its use of the loop is the average since the start, and its verdict carries no numbers'],
};

/** A second opinion on what kind of problem a program has. */
export const clinicDoctorProbe: Probe = {
  name: DOCTOR.probe,
  question: 'What kind of problem does Clinic.js Doctor see: loop, collector, memory or I/O?',
  tier: 'T2',
  cost: 'starts the program itself; a sample every 10 ms and traces of V8',
  watches: 'leader',
  nodeArguments: [],
  byDefault: false,
  attaches: false,
  check: async () => checkTool(CLINIC),
  start: () => cannotAttach(DOCTOR.probe),
  launch: (request, directory) => launchUnder(DOCTOR, request, directory),
};
