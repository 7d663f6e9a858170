import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture, writeDocument } from '../../results/run-directory.js';
import { type Capture, ToolCapture } from '../../results/schema/index.js';
import { type LaunchTool, launchUnder, requirePage, requireTool } from '../adapters/launch-tool.js';
import { runJob } from '../adapters/run-job.js';
import { checkTool, ZERO_X } from '../adapters/tool-package.js';
import type { Probe, ProbeSession, ProbeStartOptions, ProbeTarget } from '../probe.js';
import { cpuProfileProbe } from './cpu-profile.js';

const FLAMEGRAPH = 'interactive flame graph of JavaScript';

const LAUNCHED: LaunchTool = { probe: '0x', tool: ZERO_X, what: FLAMEGRAPH, warnings: [] };

/** The flame graph of 0x: of a program that it starts itself, or of a CPU profile that was taken from a process which runs already. */
export const zeroXProbe: Probe = {
  name: '0x',
  question: 'Where does the CPU time of JavaScript go, in the flame graph of 0x?',
  tier: 'T2',
  cost: 'of a process that runs: that of a CPU profile; of one that it starts: as under --prof of V8',
  watches: 'pair',
  nodeArguments: [],
  byDefault: false,
  overHttp: true,
  check: async () => checkTool(ZERO_X),
  start,
  launch: (request, directory) => launchUnder(LAUNCHED, request, directory),
};

async function start(
  target: ProbeTarget,
  directory: string,
  options?: ProbeStartOptions,
): Promise<ProbeSession> {
  const { path, version } = requireTool(ZERO_X);
  const session = await cpuProfileProbe.start(target, directory, options);
  return {
    stop: async () => {
      const document = join(directory, await session.stop());
      const profile = readCapture(document);
      // It is the raw profile that is drawn; as a document of its own it would stand in the report twice.
      rmSync(document);
      return draw(profile, directory, { path, version });
    },
  };
}

async function draw(
  profile: Capture,
  directory: string,
  { path, version }: { readonly path: string; readonly version: string },
): Promise<string> {
  const { node, role, pid, seconds, raw } = profile;
  const page = `node-${node}.0x.html`;
  const title = node === 0 ? `process ${pid}` : `node ${node}, ${role}`;
  const job = { tool: '0x-draw', path, directory, page, title, command: [], cwd: directory } as const;
  const { verdict, warnings } = await runJob({ ...job, profile: raw[0]! }, { seconds: null });
  requirePage('0x', join(directory, page));
  const parsed = `node-${node}.json`;
  writeDocument(join(directory, parsed), ToolCapture, {
    schema: 'strata.tool/1',
    probe: zeroXProbe.name,
    node,
    role,
    pid,
    seconds,
    raw: [...raw, page],
    tool: ZERO_X.name,
    version,
    files: [{ name: page, what: FLAMEGRAPH }],
    verdict,
    warnings: [...warnings],
  });
  return parsed;
}
