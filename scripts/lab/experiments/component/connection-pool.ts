import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { RpcConnection } from './rpc-connection.js';
import { RpcHost } from './rpc-host.js';
import { nowMs, supportedQuantile } from './timing.js';

const CALLS = 1_000;
const CALLERS = 8;
const PAYLOAD = Buffer.alloc(128, 'x');

/** N3: what it costs to make a connection for every call. */
export const connectionPool: Experiment = {
  id: 'N3',
  claims: ['N3'],
  title: 'Connections: a new one for every call, or a pool',
  question: 'How much sooner are 1000 calls done over connections that are kept?',
  document: {
    says: '1000 calls take 15 s with a connection of their own each, 5 s over a pool (3x) and 3 s over a pool that was connected before (5x). A factor is read as what rounds to it.',
    effects: [
      { metric: 'calls', arm: 'pool', against: 'connection-per-call', low: 2.5, high: 3.5 },
      { metric: 'calls', arm: 'pool-connected-before', against: 'connection-per-call', low: 4.5, high: 5.5 },
    ],
  },
  arms: [
    { name: 'connection-per-call', what: 'Connects, calls, closes.' },
    { name: 'pool', what: 'A connection for each caller, made at its first call and kept.' },
    { name: 'pool-connected-before', what: 'The same, all connected before the first call.' },
  ],
  workload: `${CALLS} calls of 128 bytes by ${CALLERS} callers, one after the other each, to a server on a thread of its own, in the framing of the peers.`,
  limits:
    'Over the loopback a connection and a call cost CPU alone. A network adds a round trip to each of them, which brings the factor closer to two: the one here is no bound of that between machines. No handshake of the peers, no TLS.',
  metrics: [
    { name: 'calls', unit: '1/s', better: 'higher' },
    { name: 'call-p99', unit: 'ms', better: 'lower' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

type Call = () => Promise<void>;

async function begin({ quick }: ExperimentContext): Promise<Session> {
  const host = await RpcHost.start();
  const batches = quick ? 1 : 3;
  return {
    run: async (arm) => {
      const durations: number[] = [];
      let totalMs = 0;
      for (let batch = 0; batch < batches; batch += 1) totalMs += await callAll(arm, host.port, durations);
      return {
        calls: (batches * CALLS * 1_000) / totalMs,
        'call-p99': supportedQuantile(durations, 0.99),
      };
    },
    end: () => host.stop(),
  };
}

/** Milliseconds that all calls took, the making of connections included where the arm makes them on the way. */
async function callAll(arm: string, port: number, durations: number[]): Promise<number> {
  const connections: RpcConnection[] = [];
  const open = async (): Promise<RpcConnection> => {
    const connection = await RpcConnection.open(port);
    connections.push(connection);
    return connection;
  };
  if (arm === 'pool-connected-before') await Promise.all(Array.from({ length: CALLERS }, open));
  const startMs = nowMs();
  try {
    await Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        const call =
          arm === 'connection-per-call' ? onOwnConnection(port) : pooled(connections[caller], open);
        for (let done = caller; done < CALLS; done += CALLERS) {
          const sentMs = nowMs();
          await call();
          durations.push(nowMs() - sentMs);
        }
      }),
    );
    return nowMs() - startMs;
  } finally {
    for (const connection of connections) connection.close();
  }
}

function onOwnConnection(port: number): Call {
  return async () => {
    const connection = await RpcConnection.open(port);
    try {
      await connection.call('echo', PAYLOAD);
    } finally {
      connection.close();
    }
  };
}

function pooled(connected: RpcConnection | undefined, open: () => Promise<RpcConnection>): Call {
  let connection = connected;
  return async () => {
    connection ??= await open();
    await connection.call('echo', PAYLOAD);
  };
}
