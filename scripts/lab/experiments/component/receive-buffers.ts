import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { MessageSource } from './message-source.js';
import { receiverOf } from './receivers.js';
import { nowMs } from './timing.js';

/** Sizes of the document's steps: below 1 KB, at it, above 10 KB, above 100 KB. */
const SIZES: readonly { readonly name: string; readonly bytes: number }[] = [
  { name: '128-B', bytes: 128 },
  { name: '1-KiB', bytes: 1_024 },
  { name: '10-KiB', bytes: 10 * 1_024 },
  { name: '100-KiB', bytes: 100 * 1_024 },
  { name: '1-MiB', bytes: 1_024 * 1_024 },
];
/** Of one size; quick 1 s a run, all sizes together. */
const QUICK_SECONDS = 0.15;
const SECONDS = 0.8;
const COMPARED = { arm: 'dynamic', against: 'fixed-1024-assembled' };

/** N5: a receive buffer of 1024 bytes against frames that say how long they are. */
export const receiveBuffers: Experiment = {
  id: 'N5',
  claims: ['N5'],
  title: 'Receiving: a buffer of 1024 bytes, or frames of any length',
  question: 'What does a buffer of fixed size lose, and what does it cost where it loses nothing?',
  document: {
    says: 'A buffer of 1024 bytes truncates every larger message and length-prefixed frames none; small messages are hardly affected, those above 10 KB take 70 % fewer switches, and those above 100 KB are 2 to 3 times as fast. A switch is a read event of the loop here; “hardly” is read as 5 %.',
    effects: [
      ...['128-B', '10-KiB', '100-KiB', '1-MiB'].map((size) => ({
        metric: `truncated-${size}`,
        arm: 'dynamic',
        against: 'fixed-1024',
        low: size === '128-B' ? 0 : -1,
        high: size === '128-B' ? 0 : -1,
      })),
      { metric: 'messages-128-B', arm: 'dynamic', against: 'fixed-1024', low: 0.95, high: 1.05 },
      ...['10-KiB', '100-KiB', '1-MiB'].map((size) => ({
        ...COMPARED,
        metric: `reads-${size}`,
        low: 0.25,
        high: 0.35,
      })),
      { ...COMPARED, metric: 'messages-100-KiB', low: 2, high: 3 },
      { ...COMPARED, metric: 'messages-1-MiB', low: 2, high: 3 },
    ],
  },
  arms: [
    {
      name: 'fixed-1024',
      what: 'One read into a buffer of 1024 bytes is the message; the rest is thrown away.',
    },
    {
      name: 'fixed-1024-assembled',
      what: 'Reads into a buffer of 1024 bytes, put together by the length in front of the message.',
    },
    { name: 'dynamic', what: 'The frames of the peers: lengths in front, buffers as large as what came.' },
  ],
  workload:
    'One message after the other over a loopback connection, each acknowledged with a byte before the next, of 128 B, 1, 10, 100 KiB and 1 MiB in turn.',
  limits:
    'Sender and receiver share one event loop, as a node and its client on one machine do not: what is compared is the receiving side, both ways pay the same for sending.',
  metrics: SIZES.flatMap(({ name }) => [
    { name: `truncated-${name}`, unit: 'share', better: 'lower' as const, scale: 'difference' as const },
    { name: `messages-${name}`, unit: '1/s', better: 'higher' as const },
    { name: `reads-${name}`, unit: 'a message', better: 'lower' as const },
  ]),
  repeats: 9,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ quick, signal }: ExperimentContext): Promise<Session> {
  const source = await MessageSource.listen();
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => {
      const values: Record<string, number> = {};
      for (const { name, bytes } of SIZES) {
        signal.throwIfAborted();
        const { truncated, messages, reads, elapsedMs } = await receive(source, arm, bytes, seconds);
        values[`truncated-${name}`] = truncated / messages;
        values[`messages-${name}`] = (messages * 1_000) / elapsedMs;
        values[`reads-${name}`] = reads / messages;
      }
      return values;
    },
    end: () => source.close(),
  };
}

interface Received {
  readonly messages: number;
  readonly truncated: number;
  readonly reads: number;
  readonly elapsedMs: number;
}

async function receive(
  source: MessageSource,
  arm: string,
  bytes: number,
  seconds: number,
): Promise<Received> {
  const receiver = await receiverOf(arm, source.port, bytes);
  try {
    const startMs = nowMs();
    const endMs = startMs + seconds * 1_000;
    let messages = 0;
    let truncated = 0;
    do {
      const came = receiver.next();
      source.send(arm, bytes);
      truncated += (await came) < bytes ? 1 : 0;
      messages += 1;
    } while (nowMs() < endMs);
    return { messages, truncated, reads: receiver.reads, elapsedMs: nowMs() - startMs };
  } finally {
    receiver.close();
    await source.drop();
  }
}
