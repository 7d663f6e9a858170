import type { Agent, Builtin } from './agent.js';

/** Where the lease is found in the process it was put into: `globalThis[Symbol.for(…)]`, not enumerable. */
export const LEASE_KEY = 'strata.lease';

export interface LeaseOptions {
  readonly key: string;
  /** Process id of who captures, null when the process cannot see that id. */
  readonly holder: number | null;
  readonly lifetimeMs: number;
  /** Between the word to close the inspector and the deed. */
  readonly quietMs: number;
  /** The inspector was opened by a signal of ours, and is closed with the lease. */
  readonly closesInspector: boolean;
}

export interface Lease {
  readonly holder: number | null;
  readonly builtin: Builtin;
  readonly closesInspector: boolean;
  add(agent: Agent<unknown>): Agent<unknown>;
  extend(lifetimeMs: number): void;
  /** To a free port of its own, so that the well-known one is there for the next process. */
  moveInspector(): void;
  end(): void;
}

/**
 * Owns all that a capture leaves in a process while it lasts. It ends when it is told to, when its holder is dead (asked once a second) or when its
 * lifetime is over: whatever kills the capturing program, the inspector is closed again and every agent removed.
 */
export function leaseAgent(
  builtin: Builtin,
  { key, holder, lifetimeMs, quietMs, closesInspector }: LeaseOptions,
): Lease {
  const inspector = builtin('node:inspector');
  const { setInterval, clearInterval, setTimeout } = builtin('node:timers');
  const { performance } = builtin('node:perf_hooks');
  const name = Symbol.for(key);
  const agents = new Set<Agent<unknown>>();
  // Opening the inspector elsewhere changes the port that the next SIGUSR1 would open.
  const debugPort = process.debugPort;
  let endsAtMs = performance.now() + lifetimeMs;
  let ended = false;

  const holderIsDead = (): boolean => {
    if (holder === null) return false;
    try {
      process.kill(holder, 0);
      return false;
    } catch (error) {
      // EPERM: it lives and belongs to another user.
      return (error as { code?: string }).code === 'ESRCH';
    }
  };
  // Node.js may crash when its inspector closes while a message or the end of a session is on its way: nothing may be, and the answer to who asked
  // must have left. Who asked stays connected and silent until the connection is cut.
  const whenQuiet = (work: () => void): void => {
    setTimeout(() => {
      try {
        work();
      } catch {
        end();
      }
    }, quietMs);
  };
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearInterval(watch);
    Reflect.deleteProperty(globalThis, name);
    for (const agent of agents) {
      try {
        // A promise that rejects must not end the process either.
        Promise.resolve(agent.stop()).catch(() => {});
      } catch {}
    }
    agents.clear();
    if (!closesInspector) return;
    whenQuiet(() => {
      inspector.close();
      process.debugPort = debugPort;
    });
  };
  // Asked a second time, the end of a dead holder's connections has been dealt with.
  let wasDead = false;
  const watch = setInterval(() => {
    const isDead = holderIsDead();
    if (performance.now() > endsAtMs || (isDead && wasDead)) end();
    wasDead = isDead;
  }, 1_000);
  watch.unref();

  const lease: Lease = {
    holder,
    builtin,
    closesInspector,
    add: (agent) => {
      agents.add(agent);
      return agent;
    },
    extend: (ms) => {
      endsAtMs = Math.max(endsAtMs, performance.now() + ms);
    },
    moveInspector: () => {
      whenQuiet(() => {
        inspector.close();
        inspector.open(0, '127.0.0.1');
      });
    },
    end,
  };
  Object.defineProperty(globalThis, name, { value: lease, configurable: true, enumerable: false });
  return lease;
}
