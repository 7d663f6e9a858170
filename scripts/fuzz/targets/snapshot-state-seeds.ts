import { encodeCommand, encodeDelete, encodePut } from '../../../server/state/command-codec.js';
import { encodeMembershipContext } from '../../../server/state/membership-codec.js';
import { encodeOnce } from '../../../server/state/once-codec.js';
import type { StateMachine } from '../../../server/state/state-machine.js';
import type { Command, Op } from '../../../server/state/vocabulary.js';

export const CODEC_LIMITS = { valueBytesMax: 1_030, sessionsMax: 3, sessionAnswersMax: 3 };
const CLOCK_MS = 1_000;
const key = (text: string): Buffer => Buffer.from(text, 'latin1');

export const MEMBER = {
  id: 2,
  host: 'node-2',
  peerPort: 7202,
  httpPort: 7002,
  respPort: 0,
  storageId: 'disk-2',
};

const OPS: readonly Op[] = [
  {
    kind: 'put',
    key: key('a'),
    value: key('1'),
    ttl: 500,
    condition: { kind: 'absent' },
    returnPrevious: true,
  },
  { kind: 'increment', key: key('a'), delta: -5n },
  { kind: 'append', key: key('__proto__'), value: Buffer.alloc(1_025, 7) },
  { kind: 'expire', key: key('a'), ttlMs: 20 },
  { kind: 'delete', key: key('b'), condition: { kind: 'revision', revision: 3 }, returnPrevious: false },
  { kind: 'get', key: key('\xff\xfe') },
];

/** One of each kind, as they stand in a log. */
export const COMMANDS: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: 'put', bytes: encodePut(key('k'), key('v')) },
  { name: 'delete', bytes: encodeDelete(key('k')) },
  { name: 'open session', bytes: encoded({ kind: 'open-session' }) },
  { name: 'batch', bytes: encoded({ kind: 'batch', ops: OPS, session: null }) },
  {
    name: 'batch of a session',
    bytes: encoded({ kind: 'batch', ops: OPS, session: { session: 3, sequence: 2 } }),
  },
  {
    name: 'txn',
    bytes: encoded({
      kind: 'txn',
      compares: [
        { target: 'value', key: key('a'), relation: '<', value: key('9') },
        { target: 'createRevision', key: key('a'), relation: '!=', revision: 2 ** 40 },
        { target: 'exists', key: key('a'), exists: true },
      ],
      success: OPS.slice(0, 2),
      failure: OPS.slice(2),
      session: null,
    }),
  },
  { name: 'expire due', bytes: encoded({ kind: 'expire-due' }) },
  { name: 'register storage', bytes: encoded({ kind: 'register-storage', node: 2, storageId: 'disk' }) },
  {
    name: 'once put',
    bytes: encodeOnce({ session: 3, sequence: 9, settledTo: 5 }, encodePut(key('k'), key('w'))),
  },
  {
    name: 'once batch',
    bytes: encodeOnce(
      { session: 3, sequence: 10, settledTo: 0 },
      encoded({ kind: 'batch', ops: OPS, session: null }),
    ),
  },
];

export const MEMBERSHIP = encodeMembershipContext({
  upsert: [MEMBER, { ...MEMBER, id: 3, host: 'é' }],
  remove: [1],
});

function encoded(command: Command): Uint8Array {
  return encodeCommand(command, CLOCK_MS, CODEC_LIMITS);
}

/** The whole snapshot of a state. */
export function stateBytes(machine: StateMachine): Buffer {
  const snapshot = machine.beginSnapshot();
  const blocks: Uint8Array[] = [];
  for (let block = snapshot.next(4_096); block !== null; block = snapshot.next(4_096)) blocks.push(block);
  snapshot.release();
  return Buffer.concat(blocks);
}
