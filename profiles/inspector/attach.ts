import { existsSync } from 'node:fs';
import { ProbeError } from '../probe-error.js';
import type { AgentSource } from './agents/agent.js';
import { LEASE_KEY, type LeaseOptions, leaseAgent } from './agents/lease.js';
import { CdpSession } from './cdp-session.js';
import { type NodeProcess, requireNodeProcess } from './node-process.js';
import { inspectorClosed, movedInspector, type OpenInspector, openInspector } from './open-inspector.js';

/** Beyond the planned seconds, for a caller that never detaches. */
const LIFETIME_GRACE_MS = 60_000;
/** Long enough for the last words of other sessions to be dealt with, even on a busy machine. */
const QUIET_MS = 150;
/** A main thread that stands in native code closes its inspector when it returns. */
const CUT_TIMEOUT_MS = 10_000;
/** What our code is called in profiles that see it run. */
const SOURCE_NAME = '//# sourceURL=strata-agent.js';
const BUILTIN = '(process.getBuiltinModule ?? require)';
const LEASE = `globalThis[Symbol.for(${JSON.stringify(LEASE_KEY)})]`;

/** The inspector of one process, shared by all captures of this program. */
interface Door {
  readonly pid: number;
  readonly inspector: OpenInspector;
  users: number;
}

const doors = new Map<number, Door>();

/** Opening and closing happen one at a time: several processes of a machine would open on the same port. */
let lastTurn: Promise<unknown> = Promise.resolve();
function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => undefined);
  return turn;
}

/** An agent at work in another process. */
export interface InjectedAgent<Findings> {
  /** Takes the agent out of the process and gives what it found. */
  stop(): Promise<Findings>;
}

/** A session with the inspector of a running Node.js process, and what was put into it. */
export class Attachment {
  readonly session: CdpSession;
  readonly #door: Door;
  readonly #lifetime: NodeJS.Timeout;
  readonly #running = new Set<string>();
  #isDetached = false;

  constructor(session: CdpSession, door: Door, lifetimeMs: number) {
    this.session = session;
    this.#door = door;
    this.#lifetime = setTimeout(() => void this.detach(), lifetimeMs);
    this.#lifetime.unref();
  }

  /** Runs an agent in the process; its function is sent as text. */
  async inject<Options extends object, Findings>(
    agent: AgentSource<Options, Findings>,
    options: Options,
  ): Promise<InjectedAgent<Findings>> {
    const made = `(${agent.toString()})(lease.builtin, ${JSON.stringify(options)})`;
    const id = await this.session.evaluateToObject(
      `((lease) => lease.add(${made}))(${LEASE})\n${SOURCE_NAME}`,
    );
    this.#running.add(id);
    return {
      stop: async () => {
        this.#running.delete(id);
        return (await this.session.stopObject(id)) as Findings;
      },
    };
  }

  /** Ends the session; the last one of a process closes the inspector when we opened it. Never fails, and twice does nothing. */
  async detach(): Promise<void> {
    if (this.#isDetached) return;
    this.#isDetached = true;
    clearTimeout(this.#lifetime);
    // Agents of a capture that failed; they must not stay while another capture holds the process open.
    for (const id of this.#running) await this.session.stopObject(id).catch(() => undefined);
    await inTurn(() => leave(this.#door, this.session));
  }
}

/**
 * Attaches to a running Node.js process of this machine, which goes on as if nothing were. Captures of one program may share a process; those of
 * two programs may not. Whatever ends this program, the process takes out what was put in within about a second.
 * @param seconds planned length of the capture
 * @throws ProbeError with what to do
 */
export function attach(pid: number, seconds: number): Promise<Attachment> {
  const lifetimeMs = seconds * 1_000 + LIFETIME_GRACE_MS;
  return inTurn(async () => {
    const { door, session } = (await shareDoor(pid, lifetimeMs)) ?? (await openDoor(pid, lifetimeMs));
    door.users += 1;
    return new Attachment(session, door, lifetimeMs);
  });
}

interface Entered {
  readonly door: Door;
  readonly session: CdpSession;
}

/** Null when no capture of ours has the process open, or no more: it may be another process with the same id. */
async function shareDoor(pid: number, lifetimeMs: number): Promise<Entered | null> {
  const door = doors.get(pid);
  if (door === undefined) return null;
  let session: CdpSession | null = null;
  try {
    session = await CdpSession.connect(door.inspector.address, pid);
    await session.evaluate(`${LEASE}.extend(${lifetimeMs})`);
    return { door, session };
  } catch {
    await session?.close();
    doors.delete(pid);
    return null;
  }
}

async function openDoor(pid: number, lifetimeMs: number): Promise<Entered> {
  const target = requireNodeProcess(pid);
  let { inspector, session } = await enter(target);
  try {
    await session.evaluate(leaseExpression(target, lifetimeMs, inspector.openedByUs));
    if (inspector.openedByUs) {
      await session.evaluate(`${LEASE}.moveInspector()`);
      await session.cut(CUT_TIMEOUT_MS);
      inspector = await movedInspector(pid, inspector);
      session = await CdpSession.connect(inspector.address, pid);
    }
  } catch (error) {
    await endLease(session);
    throw error;
  }
  const door: Door = { pid, inspector, users: 0 };
  doors.set(pid, door);
  return { door, session };
}

/** The first session with a process that nobody else captures. */
async function enter(target: NodeProcess): Promise<{ inspector: OpenInspector; session: CdpSession }> {
  const inspector = await openInspector(target);
  const session = await CdpSession.connect(inspector.address, target.pid);
  try {
    if (!(await takeOver(session, target))) return { inspector, session };
  } catch (error) {
    await session.close();
    throw error;
  }
  // The inspector was that of a dead program, and is closed now.
  const reopened = await openInspector(target);
  return { inspector: reopened, session: await CdpSession.connect(reopened.address, target.pid) };
}

function leaseExpression(target: NodeProcess, lifetimeMs: number, closesInspector: boolean): string {
  const holder = target.seesOurPid ? process.pid : null;
  const options: LeaseOptions = { key: LEASE_KEY, holder, lifetimeMs, quietMs: QUIET_MS, closesInspector };
  return `void (${leaseAgent.toString()})(${BUILTIN}, ${JSON.stringify(options)})\n${SOURCE_NAME}`;
}

/**
 * Ends the lease of a program that is dead, or one that we lost ourselves. True when the inspector closes with it.
 * @throws ProbeError STRATA_PROBE_UNAVAILABLE while another program captures
 */
async function takeOver(session: CdpSession, { pid, seesOurPid }: NodeProcess): Promise<boolean> {
  const found = await session.evaluate(`(${LEASE} && [${LEASE}.holder, ${LEASE}.closesInspector]) ?? null`);
  if (!Array.isArray(found)) return false;
  const [holder, closes] = found as readonly unknown[];
  const isOver =
    seesOurPid && typeof holder === 'number' && (holder === process.pid || !existsSync(`/proc/${holder}`));
  if (!isOver) {
    throw new ProbeError(
      'STRATA_PROBE_UNAVAILABLE',
      `Process ${pid} is being captured by ${typeof holder === 'number' ? `process ${holder}` : 'another program'}. Try again when that has ended.`,
    );
  }
  await session.evaluate(`${LEASE}.end()`);
  if (closes !== true) return false;
  await session.cut(CUT_TIMEOUT_MS);
  return true;
}

async function leave(door: Door, session: CdpSession): Promise<void> {
  door.users -= 1;
  const isLast = door.users === 0 && doors.get(door.pid) === door;
  if (!isLast) return session.close();
  doors.delete(door.pid);
  await endLease(session);
  if (door.inspector.openedByUs) await inspectorClosed(door.pid, door.inspector.socket);
}

/** What cannot be reached any more ends its lease by itself. */
async function endLease(session: CdpSession): Promise<void> {
  const expression = `((lease) => { lease?.end(); return lease?.closesInspector === true; })(${LEASE})`;
  const closes = await session.evaluate(expression).catch(() => false);
  if (closes === true) await session.cut(CUT_TIMEOUT_MS);
  else await session.close();
}
