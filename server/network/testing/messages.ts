import fc from 'fast-check';
import { type Entry, type Message, MessageType, type SnapshotMeta } from '../../consensus/messages.js';

export function message(fields: Partial<Message> & Pick<Message, 'type' | 'from' | 'to'>): Message {
  return {
    term: 1,
    logTerm: 0,
    index: 0,
    entries: [],
    commit: 0,
    reject: false,
    rejectHint: 0,
    context: 0,
    snapshot: null,
    diskQueueNs: 0,
    diskWriteNs: 0,
    diskSyncNs: 0,
    ...fields,
  };
}

/** An append of `count` entries of `bytes` bytes behind entry 10. */
export function append(from: number, to: number, count: number, bytes: number): Message {
  const entries: Entry[] = Array.from({ length: count }, (_, i) => ({
    index: 11 + i,
    term: 1,
    type: 0,
    data: Buffer.alloc(bytes, i),
  }));
  return message({ type: MessageType.Append, from, to, logTerm: 1, index: 10, entries });
}

/** Numbers of every width that a varint can have, the edges among them. */
const uint = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 2 ** 28, 2 ** 32 - 1, 2 ** 32, 2 ** 35, 2 ** 42, 2 ** 49),
  fc.nat(1_000),
  fc.maxSafeNat(),
);
const plainObject = { noNullPrototype: true };
const bytes = fc.uint8Array({ maxLength: 300 });

const snapshot: fc.Arbitrary<SnapshotMeta> = fc.record(
  {
    index: uint,
    term: uint,
    voters: fc.array(uint, { maxLength: 5 }),
    votersOutgoing: fc.array(uint, { maxLength: 5 }),
    learners: fc.array(uint, { maxLength: 5 }),
    learnersNext: fc.array(uint, { maxLength: 5 }),
    autoLeave: fc.boolean(),
  },
  plainObject,
);

const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    type: fc.constantFrom(...Object.values(MessageType).filter((type) => type > 1 && type <= 13)),
    from: uint,
    to: uint,
    term: uint,
    logTerm: uint,
    index: uint,
    entries: fc.array(
      fc.record(
        { index: uint, term: uint, type: fc.constantFrom(0 as const, 1 as const), data: bytes },
        plainObject,
      ),
      { maxLength: 4 },
    ),
    commit: uint,
    reject: fc.boolean(),
    rejectHint: uint,
    context: uint,
    snapshot: fc.option(snapshot, { nil: null }),
    diskQueueNs: uint,
    diskWriteNs: uint,
    diskSyncNs: uint,
  },
  plainObject,
);

/** Appends keep the promise of the log: entries in a row, terms that never fall. */
const appendMessage: fc.Arbitrary<Message> = fc
  .tuple(anyMessage, fc.nat(2 ** 40), fc.array(fc.tuple(fc.nat(3), bytes), { maxLength: 6 }))
  .map(([base, index, steps]) => {
    let term = 5;
    const entries = steps.map(([step, data], i) => {
      term += step;
      return { index: index + 1 + i, term, type: 0 as const, data };
    });
    return { ...base, type: MessageType.Append, logTerm: 5, index, entries, term };
  });

export const messages: fc.Arbitrary<Message[]> = fc.array(fc.oneof(anyMessage, appendMessage), {
  maxLength: 5,
});
