import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installHint } from '../machine/install-hint.js';
import type { ProbeAvailability } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { inPrivateTracefs } from '../tools/private-tracefs.js';
import { runTool } from '../tools/run-tool.js';

const TRIAL_TIMEOUT_MS = 15_000;

/** What a trial of one command of perf said; asked once a process, since neither tools nor permissions come and go meanwhile. */
const asked = new Map<string, Promise<ProbeAvailability>>();

/** `record`: samples of a process. `trace`: its system calls. `command` is the program's name or path. */
export function checkPerf(purpose: 'record' | 'trace', command = 'perf'): Promise<ProbeAvailability> {
  const key = `${purpose} ${command}`;
  const known = asked.get(key);
  if (known !== undefined) return known;
  const answer = askPerf(purpose, command);
  asked.set(key, answer);
  return answer;
}

/** Fails, with what to do, where a capture of this process cannot begin; perf itself says little about a process that is gone. */
export async function requirePerf(purpose: 'record' | 'trace', pid: number): Promise<void> {
  const { available, detail, install } = await checkPerf(purpose);
  if (!available) {
    const remedy = install === null ? '' : ` Install it: ${install}`;
    throw new ProbeError('STRATA_PROBE_UNAVAILABLE', `${detail}.${remedy}`);
  }
  if (!existsSync(`/proc/${pid}`))
    throw new ProbeError('STRATA_PROBE_FAILED', `There is no process ${pid} on this machine. Did it end?`);
}

async function askPerf(purpose: 'record' | 'trace', command: string): Promise<ProbeAvailability> {
  const version = await runTool(command, ['--version']);
  if (version === null) return lacks('perf is not installed', installHint('perf'));
  // On Ubuntu `perf` is a script that looks for the package of the running kernel and says which one to install.
  if (version.exitCode !== 0)
    return lacks(`perf does not run: ${firstLine(version.stderr)}`, installHint('perf'));
  const name = firstLine(version.stdout).replace(/^perf version /, '');
  const folder = mkdtempSync(join(tmpdir(), 'strata-perf-check-'));
  try {
    return await (purpose === 'record' ? tryRecord(command, folder, name) : tryTrace(command, folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Settings and containers may refuse what the version promises: only a trial tells. */
async function tryRecord(command: string, folder: string, version: string): Promise<ProbeAvailability> {
  const data = join(folder, 'perf.data');
  const trial = await runTool(
    command,
    ['record', '-B', '-N', '-F', '99', '-g', '-o', data, '--', process.execPath, '-v'],
    TRIAL_TIMEOUT_MS,
  );
  if (trial?.exitCode !== 0) return lacks(`perf record is refused: ${refusal(trial?.stderr ?? '')}`);
  const event = firstLine((await runTool(command, ['evlist', '-i', data]))?.stdout ?? '');
  // Without permission for the kernel perf falls back to user space and says so in the event's modifier only.
  const limited = /:[a-zA-Z]*u/.test(event)
    ? `, user space only: for kernel frames run as root, or: sysctl -w kernel.perf_event_paranoid=1`
    : '';
  return {
    available: true,
    detail: `${version}, samples ${event.replace(/:.*/, '')}${limited}`,
    install: null,
  };
}

async function tryTrace(command: string, folder: string, version: string): Promise<ProbeAvailability> {
  const output = join(folder, 'trace.txt');
  const trial = await runTool(
    ...inPrivateTracefs([command, ['trace', '-s', '-o', output, '--', process.execPath, '-v']]),
    TRIAL_TIMEOUT_MS,
  );
  if (trial?.exitCode === 0) return { available: true, detail: version, install: null };
  // Perf trace writes its complaints where its summary would go.
  const complaint = existsSync(output) ? readFileSync(output, 'utf8') : '';
  return lacks(`perf trace is refused: ${reasonIn(`${trial?.stderr ?? ''}\n${complaint}`)} (it needs root)`);
}

/** The first line that says why. */
function reasonIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const why = lines.find((line) => /not |denied|permission|fail|error|unable|can't|cannot/i.test(line));
  return why ?? lines.find((line) => line !== '') ?? 'it gave no reason';
}

/** Why, and what to do where it is a matter of permission. */
function refusal(stderr: string): string {
  return /permi|access|paranoid|denied/i.test(stderr)
    ? `${reasonIn(stderr)} (run as root, or: sysctl -w kernel.perf_event_paranoid=1)`
    : reasonIn(stderr);
}

function lacks(detail: string, install: string | null = null): ProbeAvailability {
  return { available: false, detail, install };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.trim() || 'it said nothing';
}
