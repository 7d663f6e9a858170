import { setTimeout as sleep } from 'node:timers/promises';
import { ProbeError } from '../probe-error.js';
import { inspectorAt } from './endpoint.js';
import { isPortTaken, type ListeningSocket, listeningSockets } from './listening-sockets.js';
import type { NodeProcess } from './node-process.js';

/** Where a process listens for debuggers. */
export interface OpenInspector {
  readonly address: string;
  readonly socket: ListeningSocket;
  /** It was closed before our signal. */
  readonly openedByUs: boolean;
  /** Other sockets of the process, which are no inspectors. */
  readonly others: ReadonlySet<string>;
}

/** A main thread in JavaScript is interrupted at once; one in a native call opens its inspector when it returns. */
const OPEN_TIMEOUT_MS = 10_000;
/** Nothing new by then: the inspector may have been open all the time, on a port that nobody told us. */
const LOOK_AT_OLD_AFTER_MS = 500;
const POLL_MS = 10;
/** Between two looks at a port that was taken. */
const RETRY_MS = 100;

/**
 * Makes a process listen for debuggers, with SIGUSR1, unless it does already.
 * @throws ProbeError STRATA_PROBE_UNAVAILABLE or STRATA_PROBE_FAILED, with what to do
 */
export async function openInspector(target: NodeProcess): Promise<OpenInspector> {
  const before = listeningSockets(target.pid);
  const others = new Set(before.map(({ inode }) => inode));
  const likely = before.filter(({ port }) => port === target.debugPort);
  const open = await firstInspector(likely);
  if (open !== null) return { ...open, openedByUs: false, others };
  await waitForPort(target);
  signal(target.pid);
  const signalledMs = performance.now();
  const again = retry(target);
  let unasked: readonly ListeningSocket[] = before;
  while (performance.now() - signalledMs < OPEN_TIMEOUT_MS) {
    const fresh = await freshInspector(target.pid, others);
    if (fresh !== null) return { ...fresh, openedByUs: true, others };
    if (unasked.length > 0 && performance.now() - signalledMs > LOOK_AT_OLD_AFTER_MS) {
      const old = await firstInspector(unasked);
      if (old !== null) return { ...old, openedByUs: false, others };
      unasked = [];
    }
    again();
    await sleep(POLL_MS);
  }
  throw new ProbeError(
    'STRATA_PROBE_FAILED',
    `Process ${target.pid} opened no inspector within ${OPEN_TIMEOUT_MS / 1_000} s of SIGUSR1: its main thread stands in native code, or it handles SIGUSR1 itself. Try again, or start it with --inspect.`,
  );
}

/** Signals again when somebody else was quicker on the port, and has left it: Node.js tries only once. */
function retry({ pid, debugPort }: NodeProcess): () => void {
  let wasTaken = false;
  let lastMs = performance.now();
  return () => {
    if (debugPort === 0 || performance.now() - lastMs < RETRY_MS) return;
    lastMs = performance.now();
    const isTaken = isPortTaken(pid, debugPort);
    if (wasTaken && !isTaken) signal(pid);
    wasTaken = isTaken;
  };
}

/** The inspector of a process that moves to another port. */
export async function movedInspector(pid: number, previous: OpenInspector): Promise<OpenInspector> {
  const others = new Set(previous.others).add(previous.socket.inode);
  const startMs = performance.now();
  while (performance.now() - startMs < OPEN_TIMEOUT_MS) {
    const open = await freshInspector(pid, others);
    if (open !== null) return { ...open, openedByUs: true, others };
    await sleep(POLL_MS);
  }
  throw new ProbeError('STRATA_PROBE_FAILED', `Process ${pid} closed its inspector again. Capture again.`);
}

/** Resolves when the process listens there no more; after a while also when it still does, which its lease will end. */
export async function inspectorClosed(pid: number, { inode }: ListeningSocket): Promise<void> {
  const startMs = performance.now();
  while (performance.now() - startMs < OPEN_TIMEOUT_MS) {
    if (!listeningSockets(pid).some((socket) => socket.inode === inode)) return;
    await sleep(POLL_MS);
  }
}

/** Node opens its inspector on one port and does not say when that is taken. */
async function waitForPort({ pid, debugPort }: NodeProcess): Promise<void> {
  if (debugPort === 0) return;
  const startMs = performance.now();
  while (isPortTaken(pid, debugPort)) {
    if (performance.now() - startMs > OPEN_TIMEOUT_MS) {
      throw new ProbeError(
        'STRATA_PROBE_FAILED',
        `Process ${pid} would open its inspector on port ${debugPort}, which is taken. End the debugger that holds it, or start the process with --inspect-port=0.`,
      );
    }
    await sleep(10 * POLL_MS);
  }
}

type Found = Pick<OpenInspector, 'address' | 'socket'>;

/** Among the sockets that are not in `others`; one that answers as something else is added to them. */
async function freshInspector(pid: number, others: Set<string>): Promise<Found | null> {
  const fresh = listeningSockets(pid).filter(({ inode }) => !others.has(inode));
  const found = await firstInspector(fresh);
  if (found === null) for (const { inode } of fresh) others.add(inode);
  return found;
}

async function firstInspector(sockets: readonly ListeningSocket[]): Promise<Found | null> {
  for (const socket of sockets) {
    const address = await inspectorAt(socket);
    if (address !== null) return { address, socket };
  }
  return null;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'EPERM'
        ? 'it belongs to another user. Run this as that user.'
        : 'it has just ended.';
    throw new ProbeError('STRATA_PROBE_UNAVAILABLE', `Process ${pid} cannot be inspected: ${reason}`);
  }
}
