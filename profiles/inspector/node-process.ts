import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { ProbeError } from '../probe-error.js';

/** What is known of a process before anything is sent to it. */
export interface NodeProcess {
  readonly pid: number;
  /** Port that SIGUSR1 opens, 0 for any free one. */
  readonly debugPort: number;
  /** The process sees our process id as we do, so that it can tell whether we are alive. */
  readonly seesOurPid: boolean;
}

const SIGUSR1 = 10;
const DEBUG_PORT_DEFAULT = 9_229;
/** `node`, `nodejs`, `node-v22.1`, `node24`: an executable of another name may do anything on SIGUSR1. */
const NODE_EXECUTABLE = /^node(js)?([-_.\d].*)?$/;

/**
 * Makes sure that a process is Node.js and handles SIGUSR1: any other program would be killed by it. Sends nothing.
 * @throws ProbeError STRATA_PROBE_UNAVAILABLE with the reason
 */
export function requireNodeProcess(pid: number): NodeProcess {
  const status = readProcess(pid, 'status');
  if (status === null) throw unavailable(pid, 'there is no such process here. Is the id right?');
  const executable = readExecutable(pid);
  const name = executable === null ? null : basename(executable);
  const isOurOwnBinary = executable === process.execPath;
  if (name === null || !(isOurOwnBinary || NODE_EXECUTABLE.test(name))) {
    const what = name === null ? 'its executable cannot be read' : `it runs ${name}, which is not Node.js`;
    throw unavailable(pid, `${what}. Name a Node.js process of this user.`);
  }
  if (pid === process.pid) throw unavailable(pid, 'a process cannot attach to itself. Name another one.');
  if (!catchesSignal(status, SIGUSR1)) {
    throw unavailable(
      pid,
      'it does not handle SIGUSR1 and would be killed by it. It may be starting, or runs with --disable-sigusr1: start it with --inspect.',
    );
  }
  if (namespaceOf(pid, 'net') !== namespaceOf('self', 'net')) {
    throw unavailable(
      pid,
      'its loopback is not ours (another network namespace). Run this inside its container.',
    );
  }
  const text = `${readProcess(pid, 'cmdline') ?? ''}\0${nodeOptionsOf(readProcess(pid, 'environ') ?? '')}`;
  return {
    pid,
    debugPort: debugPortOf(text.replaceAll('\0', ' ')),
    seesOurPid: namespaceOf(pid, 'pid') === namespaceOf('self', 'pid'),
  };
}

/** Whether a process has a handler for a signal, from the text of `/proc/<pid>/status`. */
export function catchesSignal(status: string, signal: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]{1,32})$/m.exec(status)?.[1];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** The port in `--inspect-port=0`, `--inspect=127.0.0.1:9300` or `--debug-port 9300`; the last one counts, as in Node. */
export function debugPortOf(commandLine: string): number {
  const option =
    /--(?:inspect(?:-brk|-wait|-port)?|debug-port)(?:=|\s+)(?:[^\s:]*:|\[[^\]\s]*\]:)?(\d{1,5})(?!\S)/g;
  let port = DEBUG_PORT_DEFAULT;
  for (const [, digits] of commandLine.matchAll(option)) port = Number(digits);
  return port;
}

function nodeOptionsOf(environ: string): string {
  return /(?:^|\0)NODE_OPTIONS=([^\0]*)/.exec(environ)?.[1] ?? '';
}

function readProcess(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return null;
  }
}

/** Null when the process is a kernel thread, has ended, or belongs to somebody else. */
function readExecutable(pid: number): string | null {
  try {
    // A binary that was replaced by an update still runs.
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch {
    return null;
  }
}

function namespaceOf(pid: number | 'self', kind: 'net' | 'pid'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return null;
  }
}

function unavailable(pid: number, reason: string): ProbeError {
  return new ProbeError('STRATA_PROBE_UNAVAILABLE', `Process ${pid} cannot be inspected: ${reason}`);
}
