import type { Agent, Builtin } from './agent.js';

/** Where the lease is found in the process it was put into: `globalThis[Symbol.for(…)]`, not enumerable. */
export const LEASE_KEY = 'strata.lease';

export interface LeaseOptions {
  readonly key: string;
  /** Process id of who captures, null when the process cannot see that id. */
  readonly holder: number | null;
  readonly lifetimeMs: number;
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
  { key, holder, lifetimeMs, closesInspector }: LeaseOptions,
): Lease {
  const inspector = builtin('node:inspector');
  const { setInterval, clearInterval, setImmediate } = builtin('node:timers');
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
    // Later: the answer to who asked for the end still has to leave.
    setImmediate(() => {
      try {
        inspector.close();
        process.debugPort = debugPort;
      } catch {}
    });
  };
  const watch = setInterval(() => {
    if (performance.now() > endsAtMs || holderIsDead()) end();
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
      setImmediate(() => {
        try {
          inspector.close();
          inspector.open(0, '127.0.0.1');
        } catch {
          end();
        }
      });
    },
    end,
  };
  Object.defineProperty(globalThis, name, { value: lease, configurable: true, enumerable: false });
  return lease;
}
