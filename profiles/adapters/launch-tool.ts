import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { ToolCapture } from '../../results/schema/index.js';
import type { LaunchRequest, ProbeSession } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { runJob } from './run-job.js';
import type { ToolJob } from './tool-job.js';
import { checkTool, findTool, type ToolPackage } from './tool-package.js';

/** A page that holds less than this shows nothing: it is the frame without the data. */
const PAGE_BYTES_MIN = 10_000;
const NODE_PROGRAM = /^node(?:js)?(?:[-.]?\d[\d.]*)?$/;

export interface LaunchTool {
  readonly probe: Exclude<ToolJob['tool'], '0x-draw'>;
  readonly tool: ToolPackage;
  /** What its page shows. */
  readonly what: string;
  readonly warnings: readonly string[];
}

/** Runs a program under a tool from its begin to its end and keeps the page that the tool makes of it. */
export async function launchUnder(
  { probe, tool, what, warnings }: LaunchTool,
  { command, cwd, seconds, signal }: LaunchRequest,
  directory: string,
): Promise<string> {
  const { path, version } = requireTool(tool);
  const [program] = command;
  if (program === undefined || !NODE_PROGRAM.test(basename(program)))
    throw new ProbeError(
      'STRATA_PROBE_UNAVAILABLE',
      `${probe} starts Node.js itself; name the program as node app.js.`,
    );
  const page = `${probe}.html`;
  const title = [basename(program), ...command.slice(1, 2).map((word) => basename(word))].join(' ');
  const startedMs = performance.now();
  // Bare `node` is this one, so that both sides are of the same version.
  const words = [program === 'node' ? process.execPath : program, ...command.slice(1)];
  const job = { tool: probe, path, directory, page, title, command: words, cwd } as const;
  const result = await runJob(job, { seconds, signal }).finally(() => keepOnly(directory, page));
  requirePage(probe, join(directory, page));
  const document = `${probe}.json`;
  writeDocument(join(directory, document), ToolCapture, {
    schema: 'strata.tool/1',
    probe,
    node: 0,
    role: 'unknown',
    pid: result.pid!,
    seconds: Math.min(seconds, (performance.now() - startedMs) / 1_000),
    raw: [page],
    tool: tool.name,
    version,
    files: [{ name: page, what }],
    verdict: result.verdict,
    warnings: [...new Set([...warnings, ...result.warnings])],
  });
  return document;
}

export function requireTool(tool: ToolPackage): { readonly path: string; readonly version: string } {
  const { available, detail, install } = checkTool(tool);
  const found = findTool(tool);
  if (available && found !== null) return found;
  throw new ProbeError('STRATA_PROBE_UNAVAILABLE', `${detail}. Install it with: ${install}`);
}

export function requirePage(tool: string, path: string): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes >= PAGE_BYTES_MIN) return;
  throw new ProbeError('STRATA_PROBE_FAILED', `${tool} left a page of ${bytes} bytes, which shows nothing.`);
}

/** What a tool gathered is many times the size of its page and read by nobody else. */
function keepOnly(directory: string, page: string): void {
  for (const name of readdirSync(directory))
    if (name !== page) rmSync(join(directory, name), { recursive: true, force: true });
}

/** The answer of a tool that cannot watch a process which runs already. */
export async function cannotAttach(name: string): Promise<ProbeSession> {
  throw new ProbeError(
    'STRATA_PROBE_UNAVAILABLE',
    `${name} has to start the process itself: strata profile --probes ${name} -- node app.js`,
  );
}
