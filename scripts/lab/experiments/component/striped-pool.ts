import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { RpcConnection } from './rpc-connection.js';
import { RpcHost } from './rpc-host.js';
import { nowMs, supportedQuantile } from './timing.js';

/** The same connections and calls under way in the arms that are compared: only who waits for whom differs. */
const POOLS: Readonly<Record<string, PoolShape>> = {
  'one-queue-16': { connections: 16, queues: 1 },
  'striped-16': { connections: 16, queues: 16 },
  'one-queue-32': { connections: 32, queues: 1 },
  'striped-32': { connections: 32, queues: 32 },
};
const CALLERS = 64;
const PAYLOAD = Buffer.alloc(128, 'x');
const QUICK_SECONDS = 0.5;
const SECONDS = 2;
const NO_MUTEX =
  'what the document splits is a mutex that threads take on their way into the pool, and one event loop has none whose wait could be saved: the ratio is that of the queues alone';

interface PoolShape {
  readonly connections: number;
  readonly queues: number;
}

/** N8: one queue in front of the connections to a peer, or one for each. */
export const stripedPool: Experiment = {
  id: 'N8',
  claims: ['N8'],
  title: 'Connections to a peer: one queue, or stripes',
  question: 'How many more calls get through when callers wait in several queues instead of one?',
  document: {
    says: 'A pool whose lock is split into 16 to 32 stripes brings 30 to 50 % at high concurrency.',
    effects: [16, 32].map((connections) => ({
      metric: 'calls',
      arm: `striped-${connections}`,
      against: `one-queue-${connections}`,
      low: 1.3,
      high: 1.5,
      notDecidable: NO_MUTEX,
    })),
  },
  arms: [
    {
      name: 'one-queue-16',
      what: '16 connections; all callers wait in one queue for whichever is free next.',
    },
    { name: 'striped-16', what: '16 connections, each with a queue, callers spread over them.' },
    { name: 'one-queue-32', what: '32 connections behind one queue.' },
    { name: 'striped-32', what: '32 connections, each with a queue.' },
  ],
  workload: `${CALLERS} callers, each with one call of 128 bytes at a time, to a server on a thread of its own; a connection carries one call at a time, as a pool without multiplexing does.`,
  limits:
    'As many connections and calls are under way with one queue as with stripes. The peers of this project multiplex calls on a connection, so none of these queues is in a node. Wait is the time in the queue.',
  metrics: [
    { name: 'calls', unit: '1/s', better: 'higher' },
    { name: 'wait-p99', unit: 'ms', better: 'lower' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ quick }: ExperimentContext): Promise<Session> {
  const host = await RpcHost.start();
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => {
      const shape = POOLS[arm]!;
      const opened: RpcConnection[] = [];
      try {
        for (let at = 0; at < shape.connections; at += 1) opened.push(await RpcConnection.open(host.port));
        return await callAll(new StripedPool(opened, shape.queues), seconds);
      } finally {
        for (const connection of opened) connection.close();
      }
    },
    end: () => host.stop(),
  };
}

export interface Callable {
  call(method: string, payload: Uint8Array): Promise<unknown>;
}

/** Connections that one call has at a time, dealt out to queues; who waits in a queue is served in the order of coming. */
export class StripedPool {
  readonly connections: number;
  readonly #stripes: readonly { readonly free: Callable[]; readonly waiting: ((one: Callable) => void)[] }[];
  #underWay = 0;
  #peak = 0;

  constructor(connections: readonly Callable[], queues: number) {
    this.connections = connections.length;
    this.#stripes = Array.from({ length: queues }, (_, stripe) => ({
      free: connections.filter((__, at) => at % queues === stripe),
      waiting: [],
    }));
  }

  /** Most calls that were ever under way together. */
  get peak(): number {
    return this.#peak;
  }

  /** `onTurn` is called when the wait is over. */
  async call(caller: number, onTurn: () => void): Promise<void> {
    const stripe = this.#stripes[caller % this.#stripes.length]!;
    const connection =
      stripe.free.pop() ?? (await new Promise<Callable>((resolve) => stripe.waiting.push(resolve)));
    onTurn();
    this.#underWay += 1;
    this.#peak = Math.max(this.#peak, this.#underWay);
    try {
      await connection.call('echo', PAYLOAD);
    } finally {
      this.#underWay -= 1;
      const next = stripe.waiting.shift();
      if (next === undefined) stripe.free.push(connection);
      else next(connection);
    }
  }
}

async function callAll(pool: StripedPool, seconds: number): Promise<Record<string, number | null>> {
  const waits: number[] = [];
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      while (nowMs() < endMs) {
        const askedMs = nowMs();
        await pool.call(caller, () => waits.push(nowMs() - askedMs));
      }
    }),
  );
  const calls = (waits.length * 1_000) / (nowMs() - startMs);
  if (pool.peak !== pool.connections)
    throw new Error(`${pool.peak} calls at most were under way over ${pool.connections} connections`);
  return { calls, 'wait-p99': supportedQuantile(waits, 0.99) };
}
