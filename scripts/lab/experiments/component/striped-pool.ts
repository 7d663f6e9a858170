import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { RpcConnection } from './rpc-connection.js';
import { RpcHost } from './rpc-host.js';
import { nowMs, supportedQuantile } from './timing.js';

const STRIPES: Readonly<Record<string, number>> = {
  'one-queue': 1,
  'striped-2': 2,
  'striped-4': 4,
  'striped-16': 16,
};
const CALLERS = 64;
const PAYLOAD = Buffer.alloc(128, 'x');
const QUICK_SECONDS = 0.5;
const SECONDS = 2;

/** N8: one queue in front of the connections to a peer, or several. */
export const stripedPool: Experiment = {
  id: 'N8',
  claims: ['N8'],
  title: 'Connections to a peer: one queue, or stripes',
  question: 'How many more calls get through when callers wait in several queues instead of one?',
  document: {
    says: 'A pool whose lock is split into 16 to 32 stripes brings 30 to 50 % at high concurrency. What callers wait for here is a queue for a connection that one call has at a time, not a mutex: one event loop has no other.',
    effects: [{ metric: 'calls', arm: 'striped-16', against: 'one-queue', low: 1.3, high: 1.5 }],
  },
  arms: [
    { name: 'one-queue', what: 'All callers wait for one connection.' },
    { name: 'striped-2', what: '2 connections, each with a queue, callers spread over them.' },
    { name: 'striped-4', what: '4 connections.' },
    { name: 'striped-16', what: '16 connections.' },
  ],
  workload: `${CALLERS} callers, each with one call of 128 bytes at a time, to a server on a thread of its own; a connection carries one call at a time, as a pool without multiplexing does.`,
  limits:
    'The peers of this project multiplex calls on a connection, so none of these queues is in a node; the arms show what that saves. Wait is the time in front of the queue.',
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
    run: (arm) => callAll(host.port, STRIPES[arm]!, seconds),
    end: () => host.stop(),
  };
}

/** A connection that one call has at a time; the others wait in the order in which they came. */
class Stripe {
  readonly connection: RpcConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: RpcConnection) {
    this.connection = connection;
  }

  call(onTurn: () => void): Promise<unknown> {
    const done = this.#last.then(() => {
      onTurn();
      return this.connection.call('echo', PAYLOAD);
    });
    this.#last = done;
    return done;
  }
}

async function callAll(
  port: number,
  stripes: number,
  seconds: number,
): Promise<Record<string, number | null>> {
  const pool = await Promise.all(
    Array.from({ length: stripes }, async () => new Stripe(await RpcConnection.open(port))),
  );
  const waits: number[] = [];
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  try {
    await Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        const stripe = pool[caller % stripes]!;
        while (nowMs() < endMs) {
          const askedMs = nowMs();
          await stripe.call(() => waits.push(nowMs() - askedMs));
        }
      }),
    );
    const calls = (waits.length * 1_000) / (nowMs() - startMs);
    return { calls, 'wait-p99': supportedQuantile(waits, 0.99) };
  } finally {
    for (const { connection } of pool) connection.close();
  }
}
