import { encodeBatch } from '../../../../server/network/peers/message-encoder.js';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { appendMessage } from './append-messages.js';
import { RpcConnection } from './rpc-connection.js';
import { RpcHost } from './rpc-host.js';
import { nowMs, ratePerSecond } from './timing.js';

const BATCHES: Readonly<Record<string, number>> = { single: 1, 'batch-16': 16, 'batch-64': 64 };
/** Messages on their way at a time, whatever the arm: a batch must not win by having more of them. */
const WINDOW = 256;
const QUICK_SECONDS = 0.5;
const SECONDS = 2;

/** N7: several requests in one call. */
export const rpcBatches: Experiment = {
  id: 'N7',
  claims: ['N7'],
  title: 'Calls: one request each, or batches',
  question: 'How many more AppendEntries messages a second get through when several share a call?',
  document: {
    says: 'Sending several requests in one call brings 50 to 100 %. No size of a batch is named, so the figure is held against both.',
    effects: [
      { metric: 'messages', arm: 'batch-16', against: 'single', low: 1.5, high: 2 },
      { metric: 'messages', arm: 'batch-64', against: 'single', low: 1.5, high: 2 },
    ],
  },
  arms: [
    { name: 'single', what: 'A frame for every message, an answer for every frame.' },
    { name: 'batch-16', what: '16 messages in a frame, one answer.' },
    { name: 'batch-64', what: '64 messages in a frame, one answer.' },
  ],
  workload: `AppendEntries messages with one entry of 128 bytes, ${WINDOW} of them under way at a time, over one connection to a thread that decodes and answers.`,
  limits:
    'Messages are at hand at once; in a node a batch holds what came in one turn of the event loop, and nobody waits for it to fill.',
  metrics: [
    { name: 'messages', unit: '1/s', better: 'higher' },
    { name: 'sender-cpu', unit: 'µs', better: 'lower' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ quick }: ExperimentContext): Promise<Session> {
  const host = await RpcHost.start();
  const connection = await RpcConnection.open(host.port);
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: (arm) => send(connection, BATCHES[arm]!, seconds),
    end: async () => {
      connection.close();
      await host.stop();
    },
  };
}

async function send(
  connection: RpcConnection,
  batch: number,
  seconds: number,
): Promise<Record<string, number>> {
  const messages = Array.from({ length: batch }, () => appendMessage(1, 128));
  const before = performance.eventLoopUtilization();
  const startMs = nowMs();
  const rates = await Promise.all(
    Array.from({ length: WINDOW / batch }, () =>
      ratePerSecond(seconds, async () => {
        const answer = await connection.call('append', encodeBatch(messages));
        const taken = answer.readUInt32BE(0);
        if (taken !== batch) throw new Error(`${taken} of ${batch} messages arrived`);
        return batch;
      }),
    ),
  );
  const perSecond = rates.reduce((sum, rate) => sum + rate, 0);
  const { utilization } = performance.eventLoopUtilization(before);
  const elapsedUs = (nowMs() - startMs) * 1_000;
  const total = (perSecond * elapsedUs) / 1e6;
  return { messages: perSecond, 'sender-cpu': (utilization * elapsedUs) / total };
}
