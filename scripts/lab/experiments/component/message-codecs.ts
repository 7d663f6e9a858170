import { deserialize, serialize } from 'node:v8';
import type { Message } from '../../../../server/consensus/messages.js';
import { decodeBatch } from '../../../../server/network/peers/message-decoder.js';
import { encodeBatch } from '../../../../server/network/peers/message-encoder.js';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { appendMessage } from './append-messages.js';
import { ratePerSecondSync } from './timing.js';

const SHAPES = [
  { name: '1x128-B', message: appendMessage(1, 128) },
  { name: '64x128-B', message: appendMessage(64, 128) },
  { name: '4x10-KiB', message: appendMessage(4, 10_240) },
];
const QUICK_SECONDS = 0.12;
const SECONDS = 0.5;

interface Codec {
  encode(message: Message): Buffer;
  /** Entries of the message, their data readable. */
  decode(bytes: Buffer): number;
}

const CODECS: Readonly<Record<string, Codec>> = {
  'protobuf-static': {
    encode: (message) => encodeBatch([message]),
    decode: (bytes) => decodeBatch(bytes)[0]!.entries.length,
  },
  json: {
    encode: (message) => Buffer.from(JSON.stringify(message, base64)),
    decode: (bytes) => {
      const { entries } = JSON.parse(bytes.toString()) as { entries: { data: string | Buffer }[] };
      for (const entry of entries) entry.data = Buffer.from(entry.data as string, 'base64');
      return entries.length;
    },
  },
  'v8-serialize': {
    encode: (message) => serialize(message),
    decode: (bytes) => (deserialize(bytes) as Message).entries.length,
  },
};

/** N6: what the codec of the peers costs, compared with what Node.js brings. */
export const messageCodecs: Experiment = {
  id: 'N6',
  claims: ['N6'],
  title: 'Codecs: Protocol Buffers by static code, JSON, v8.serialize',
  question: 'How many AppendEntries messages a second can be encoded and decoded again?',
  document: {
    says: 'Serialisation takes 10 to 15 % of the CPU; above 25 % another codec or arenas help. What they bring is not said.',
    effects: [],
  },
  arms: [
    {
      name: 'protobuf-static',
      what: 'The codec of the peers: code written for each message, sizes computed first.',
    },
    { name: 'json', what: '`JSON.stringify` and `JSON.parse`, data as base64.' },
    { name: 'v8-serialize', what: '`v8.serialize` and `v8.deserialize`, the structured clone.' },
  ],
  workload:
    'Encodes an AppendEntries message and decodes it again: one entry of 128 bytes, 64 of them, and 4 of 10 KiB.',
  metrics: SHAPES.flatMap(({ name }) => [
    { name: `messages-${name}`, unit: '1/s', better: 'higher' as const },
    { name: `size-${name}`, unit: 'B', better: 'lower' as const },
  ]),
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ quick }: ExperimentContext): Promise<Session> {
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => {
      const codec = CODECS[arm]!;
      const values: Record<string, number> = {};
      for (const { name, message } of SHAPES) {
        values[`messages-${name}`] = ratePerSecondSync(seconds, () => roundTrips(codec, message));
        values[`size-${name}`] = codec.encode(message).length;
      }
      return values;
    },
    end: async () => {},
  };
}

const ROUND_TRIPS = 20;

function roundTrips(codec: Codec, message: Message): number {
  for (let done = 0; done < ROUND_TRIPS; done += 1) {
    const entries = codec.decode(codec.encode(message));
    if (entries !== message.entries.length)
      throw new Error(`${entries} of ${message.entries.length} entries came back`);
  }
  return ROUND_TRIPS;
}

/** `Buffer` has a `toJSON` that runs before a replacer sees it: four bytes of text for each of data. */
function base64(_: string, value: unknown): unknown {
  const json = value as { type?: unknown; data?: unknown } | null;
  return json !== null && typeof json === 'object' && json.type === 'Buffer' && Array.isArray(json.data)
    ? Buffer.from(json.data as number[]).toString('base64')
    : value;
}
