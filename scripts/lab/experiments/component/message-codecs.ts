import { deserialize, serialize } from 'node:v8';
import type { Message } from '../../../../server/consensus/messages.js';
import { type BatchCodec, ProtobufBatches } from '../../../../server/network/peers/batch-codec.js';
import { allocateFrame, raftHeader } from '../../../../server/network/peers/frame.js';
import { JsonBatches } from '../../../../server/network/peers/lab/json-batches.js';
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
/** In front of the payload of a frame. */
const OVERHEAD_BYTES = 8 + raftHeader.length;

/** The structured clone of V8 as a codec of the peers. It exists in this comparison only. */
class V8Batches implements BatchCodec {
  #payload = Buffer.alloc(0);

  size(messages: readonly Message[]): number {
    this.#payload = serialize(messages);
    return OVERHEAD_BYTES + this.#payload.length;
  }

  write(): Buffer {
    const { frame, offset } = allocateFrame(raftHeader, this.#payload.length, 0);
    frame.set(this.#payload, offset);
    return frame;
  }

  decode(payload: Buffer): readonly Message[] {
    return deserialize(payload) as Message[];
  }
}

/** All behind the same port, so that none of them is spared the frame. */
export const CODECS: Readonly<Record<string, () => BatchCodec>> = {
  'protobuf-static': () => new ProtobufBatches(),
  json: () => new JsonBatches(),
  'v8-serialize': () => new V8Batches(),
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
    {
      name: 'json',
      what: '`JSON.stringify` and `JSON.parse`, the data of entries as base64 straight from their bytes, every field checked: `testing.lab.codec` of a node.',
    },
    { name: 'v8-serialize', what: '`v8.serialize` and `v8.deserialize`, the structured clone.' },
  ],
  workload:
    'Encodes an AppendEntries message into a frame and decodes it again: one entry of 128 bytes, 64 of them, and 4 of 10 KiB.',
  limits:
    'The structured clone checks no field, the other two do. What a codec means for a whole cluster is the comparison of N6-cluster.',
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
      const codec = CODECS[arm]!();
      const values: Record<string, number> = {};
      for (const { name, message } of SHAPES) {
        checkRoundTrip(codec, message);
        values[`messages-${name}`] = ratePerSecondSync(seconds, () => roundTrips(codec, message));
        values[`size-${name}`] = codec.size([message]);
      }
      return values;
    },
    end: async () => {},
  };
}

const ROUND_TRIPS = 20;

function roundTrips(codec: BatchCodec, message: Message): number {
  for (let done = 0; done < ROUND_TRIPS; done += 1) {
    const [decoded] = roundTrip(codec, message);
    if (decoded?.entries.length !== message.entries.length)
      throw new Error(`${decoded?.entries.length} of ${message.entries.length} entries came back`);
  }
  return ROUND_TRIPS;
}

function roundTrip(codec: BatchCodec, message: Message): readonly Message[] {
  const messages = [message];
  codec.size(messages);
  return codec.decode(codec.write(messages).subarray(OVERHEAD_BYTES));
}

/** Once a run, beside what is timed. @throws when the message that came back is another one. */
export function checkRoundTrip(codec: BatchCodec, message: Message): void {
  const [decoded] = roundTrip(codec, message);
  const same = message.entries.every(({ index, term, type, data }, at) => {
    const entry = decoded?.entries[at];
    const bytes = entry?.data;
    return (
      bytes !== undefined &&
      entry?.index === index &&
      entry.term === term &&
      entry.type === type &&
      Buffer.compare(bytes, data) === 0
    );
  });
  const head = (one: Message | undefined) =>
    JSON.stringify([one?.type, one?.from, one?.to, one?.term, one?.logTerm, one?.index, one?.commit]);
  if (!same || decoded?.entries.length !== message.entries.length || head(decoded) !== head(message))
    throw new Error('another message came back');
}
