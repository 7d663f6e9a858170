import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { readProc } from '../../profiles/index.js';
import { runTool } from '../../profiles/tools/run-tool.js';
import type { ProfiledProcess } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Node's own names for its program; distributions add a version. */
const NODE_PROGRAM = /^(?:node|nodejs|iojs)(?:[-.]?\d[\d.]*)?$/;
/** Debian and others build Node as a library behind a small program. */
const NODE_LIBRARY = /\/libnode\.so/;
/** The unit of times in /proc/PID/stat, the same on every Linux machine. */
const TICKS_PER_SECOND = 100;

/** What can be learned of a process without touching it. */
export type ProcessFacts = Pick<ProfiledProcess, 'program' | 'nodejs' | 'upSeconds' | 'rssBytes' | 'threads'>;

/** What tells a process from a later one with the same id, in ticks since boot. Null when it is gone. */
export function processStart(pid: number): number | null {
  return readProc(pid)?.startTicks ?? null;
}

/**
 * Fails with a sentence unless the process is there, is Node.js and may be watched by this user. Being sure matters: the signal that makes Node.js
 * open its inspector ends any other program.
 */
export function requireNodeProcess(pid: number): void {
  if (pid === process.pid) throw refused(pid, 'is this very command', 'Name another one', EXIT.usage);
  const status = readText(`/proc/${pid}/status`);
  if (status === null || /^State:\s+Z/m.test(status))
    throw new CliError('STRATA_PROCESS_MISSING', `There is no process ${pid}; it may have ended.`);
  const owner = Number(/^Tgid:\s+(\d+)/m.exec(status)?.[1]);
  if (owner !== pid) throw refused(pid, `is a thread of process ${owner}`, `Use --pid ${owner}`, EXIT.usage);
  const user = Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]);
  const self = process.geteuid?.() ?? 0;
  if (self !== 0 && user !== self)
    throw new CliError(
      'STRATA_PROCESS_DENIED',
      `Process ${pid} belongs to user ${user}. Run the command as that user or as root.`,
    );
  if (!isNode(pid)) {
    const name = /^Name:\s+(.+)/m.exec(status)?.[1] ?? 'unknown';
    throw refused(
      pid,
      `is ${name}, not Node.js`,
      'Name a Node.js process',
      EXIT.usage,
      'STRATA_PROCESS_NOT_NODE',
    );
  }
}

function refused(pid: number, what: string, advice: string, exit: number, code = 'STRATA_USAGE'): CliError {
  return new CliError(code, `Process ${pid} ${what}. ${advice}.`, exit);
}

/** Whether the program of a process is Node.js. False too where that is hidden from this user. */
export function isNode(pid: number): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    return isNodeName(program) || NODE_LIBRARY.test(readText(`/proc/${pid}/maps`) ?? '');
  } catch {
    return false;
  }
}

export function isNodeName(program: string): boolean {
  return NODE_PROGRAM.test(basename(program));
}

/** Facts for the head of a profile; null where the system does not tell. */
export async function processFacts(pid: number): Promise<ProcessFacts> {
  const reading = readProc(pid);
  const bootSeconds = Number(readText('/proc/uptime')?.split(' ')[0] ?? Number.NaN);
  const upSeconds = reading === null ? Number.NaN : bootSeconds - reading.startTicks / TICKS_PER_SECOND;
  return {
    program: programOf(pid),
    nodejs: await versionOf(pid),
    upSeconds: Number.isFinite(upSeconds) ? Math.max(0, upSeconds) : null,
    rssBytes: reading?.rssBytes ?? null,
    threads: threadCount(pid),
  };
}

/** `node app.js`: a command line may hold tokens and the names of home directories, so that no more of it is kept. */
export function programOf(pid: number): string | null {
  const words = readText(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  return words[0] === undefined || words[0] === '' ? null : describeCommand(words);
}

/** `node app.js`; code given on the command line (`-e`) is not told either. */
export function describeCommand([program, ...rest]: readonly string[]): string {
  const name = basename(program!.split(' ')[0]!);
  if (rest.some((word) => /^(?:-[ep]|-pe|--eval|--print)(?:=|$)/.test(word))) return name;
  // An option may take the next word as its value: without an ending, only the first word is surely a script.
  const script =
    rest.find((word) => /\.[cm]?[jt]s$/.test(word)) ?? rest.slice(0, 1).find((word) => /^[^-]/.test(word));
  return script === undefined ? name : `${name} ${basename(script)}`;
}

/** Asks the program itself; a program that somebody else may have put there is not run. */
async function versionOf(pid: number): Promise<string | null> {
  const program = `/proc/${pid}/exe`;
  try {
    const trusted = [0, process.geteuid?.()].includes(statSync(program).uid);
    if (!trusted) return null;
  } catch {
    return null;
  }
  const answer = await runTool(program, ['--version']);
  return /^v\d+\.\d+\.\d+\S*$/.exec(answer?.stdout.trim() ?? '')?.[0].slice(1) ?? null;
}

function threadCount(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
