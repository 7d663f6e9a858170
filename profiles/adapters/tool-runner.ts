/**
 * Runs one tool in a process of its own: tools install signal handlers, print, and remove files from where they stand. This process stands in the
 * pass folder; the program that is watched runs where the user stands.
 */
import childProcess from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import type { ToolJob, ToolMessage } from './tool-job.js';

type Callback = (error: Error | null, path: string) => void;

/** The part of clinic's tools that is used; all have the same. */
interface ClinicTool {
  collect(command: readonly string[], callback: Callback): void;
  visualize(data: string, page: string, callback: (error: Error | null) => void): void;
  on(event: 'analysing' | 'warning' | 'truncate', listener: (what: unknown) => void): void;
}

interface Outcome {
  readonly verdict: string | null;
  readonly warnings: readonly string[];
}

const job = JSON.parse(process.argv[2]!) as ToolJob;
const require = createRequire(join(job.path, 'package.json'));

function say(message: ToolMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}

/**
 * The tools start the program where they stand themselves, and let V8 write its logs there by a relative path. Here the program keeps the user's
 * folder and the logs get a path of their own.
 */
function keepProgramInPlace(): void {
  const { spawn } = childProcess;
  const moved = (args: readonly string[] = []) =>
    args.map((word) => word.replace(/^--logfile=\.\//, `--logfile=${job.directory}/`));
  childProcess.spawn = ((command: string, args: readonly string[], options: object) => {
    const program = spawn(command, moved(args), { cwd: job.cwd, ...options });
    if (program.pid !== undefined) void say({ kind: 'started', pid: program.pid });
    return program;
  }) as typeof spawn;
  syncBuiltinESMExports();
  const pattern = JSON.stringify(`${job.directory}/node_trace.\${rotation}.log`);
  addNodeOption(`--trace-event-file-pattern=${pattern}`);
  if (job.tool === 'clinic-bubbleprof') addNodeOption(`--require=${JSON.stringify(writeEndOnTerm())}`);
}

/** For the program only: this process has read its own already. */
function addNodeOption(option: string): void {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${option}`.trim();
}

/**
 * Bubbleprof means to end on SIGINT once its file is closed, and on newer versions of Node.js waits for that for ever. What it does first, giving all
 * out that it holds, works.
 */
function writeEndOnTerm(): string {
  const path = join(job.directory, 'end-on-term.cjs');
  writeFileSync(
    path,
    "process.on('SIGTERM', () => { process.emit('beforeExit'); setTimeout(() => process.exit(), 1000); });\n",
  );
  return path;
}

async function zeroX(): Promise<Outcome> {
  const run = require('.') as (options: Record<string, unknown>) => Promise<string>;
  const shared = {
    workingDir: job.directory,
    name: 'flamegraph',
    outputHtml: join(job.directory, job.page),
    title: job.title,
  };
  if (job.tool === '0x-draw') {
    await run({ ...shared, visualizeCpuProfile: join(job.directory, job.profile!) });
    return { verdict: null, warnings: ['0x leaves out idle time, the collector and the program itself'] };
  }
  const [program, ...argv] = job.command;
  await run({
    ...shared,
    argv,
    pathToNodeBinary: program,
    outputDir: 'data',
    onProcessExit: () => void say({ kind: 'analysing' }),
  });
  return { verdict: null, warnings: ['0x leaves out idle time and the collector'] };
}

const CLINIC_TOOLS: Readonly<Record<string, string>> = {
  'clinic-doctor': '@clinic/doctor',
  'clinic-flame': '@clinic/flame',
  'clinic-bubbleprof': '@clinic/bubbleprof',
};

async function clinic(): Promise<Outcome> {
  const module = CLINIC_TOOLS[job.tool]!;
  const verdict = job.tool === 'clinic-doctor' ? listenToDoctor() : () => null;
  const Tool = require(module) as new (settings: { dest: string }) => ClinicTool;
  const tool = new Tool({ dest: join(job.directory, 'data') });
  const warnings: string[] = [];
  tool.on('analysing', () => void say({ kind: 'analysing' }));
  tool.on('warning', (what) => warnings.push(String(what)));
  tool.on('truncate', (what) => warnings.push(`cut short: ${String(what)}`));
  const data = await new Promise<string>((resolve, reject) =>
    tool.collect(job.command, (error, path) => (error === null ? resolve(path) : reject(error))),
  );
  await new Promise<void>((resolve, reject) =>
    tool.visualize(data, join(job.directory, job.page), (error) => (error ? reject(error) : resolve())),
  );
  return { verdict: verdict(), warnings };
}

const DOCTOR_VERDICTS: Readonly<Record<string, string>> = {
  none: 'no problem found',
  data: 'too little data for a verdict',
  performance: 'a problem with memory that the collector has to work for',
  'event-loop': 'the event loop is held up',
  io: 'the process waits for input or output, or is idle',
  gc: 'the garbage collector takes too long',
  memory: 'a problem with memory',
  unknown: 'a problem that it cannot name',
};

/** Doctor draws its verdict and tells it to nobody: it is read where its analysis hands it on. */
function listenToDoctor(): () => string | null {
  const { prototype } = require('@clinic/doctor/analysis/index.js') as {
    prototype: { push(result: unknown): boolean };
  };
  const { push } = prototype;
  let category: string | null = null;
  prototype.push = function (this: unknown, result: unknown): boolean {
    const { issueCategory } = (result ?? {}) as { issueCategory?: unknown };
    if (typeof issueCategory === 'string') category = issueCategory;
    return push.call(this as typeof prototype, result);
  };
  return () =>
    category === null ? null : `${category}: ${DOCTOR_VERDICTS[category] ?? 'a problem it names so'}`;
}

try {
  keepProgramInPlace();
  await say({ kind: 'done', ...(await (job.tool.startsWith('0x') ? zeroX() : clinic())) });
} catch (error) {
  await say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
process.exit();
