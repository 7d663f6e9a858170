import type { Message } from '../../../server/consensus/messages.js';
import { MessageType } from '../../../server/consensus/messages.js';
import { decodeBatch } from '../../../server/network/peers/message-decoder.js';
import { encodeBatch } from '../../../server/network/peers/message-encoder.js';
import { append, message } from '../../../server/network/testing/messages.js';
import { equal, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const SNAPSHOT = {
  index: 2 ** 40,
  term: 7,
  voters: [1, 2, 2 ** 33],
  votersOutgoing: [1],
  learners: [4],
  learnersNext: [2],
  autoLeave: true,
};

/** A batch of Raft messages; what is accepted is encoded and read again to the same. */
export const target: Target = {
  name: 'peer-messages',
  about: 'Raft messages between nodes',
  sources: ['server/network/peers/message-decoder', 'server/network/peers/varint'],
  seeds: () => [
    { name: 'appends', bytes: encodeBatch([append(1, 2, 3, 5), append(1, 2, 0, 0)]) },
    {
      name: 'snapshot',
      bytes: encodeBatch([message({ type: MessageType.Snapshot, from: 1, to: 2, snapshot: SNAPSHOT })]),
    },
    {
      name: 'every field',
      bytes: encodeBatch([everyField(MessageType.AppendResponse), everyField(MessageType.Propose)]),
    },
  ],
  run(input) {
    const messages = decodeBatch(input);
    const again = must('batch', () => decodeBatch(encodeBatch(messages)));
    equal('batch again', plain(again), plain(messages));
  },
};

function everyField(type: MessageType): Message {
  return message({
    type,
    from: 1,
    to: 2,
    term: 300,
    logTerm: 299,
    index: 2 ** 33,
    entries: [{ index: 9, term: 2, type: 1, data: Buffer.from('abc') }],
    commit: 2 ** 53 - 1,
    reject: true,
    rejectHint: 5,
    context: 6,
    diskQueueNs: 1,
    diskWriteNs: 2 ** 32,
    diskSyncNs: 3,
  });
}

/** Views of different kinds are the same bytes. */
function plain(messages: readonly Message[]): unknown {
  return messages.map((one) => ({
    ...one,
    entries: one.entries.map((entry) => ({ ...entry, data: Buffer.from(entry.data).toString('hex') })),
  }));
}
