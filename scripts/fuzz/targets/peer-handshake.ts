import { StrataError } from '../../../server/errors.js';
import { FrameKind, Service } from '../../../server/network/peers/frame.js';
import {
  decodeBytes,
  decodeGreeting,
  decodeRefusal,
  decodeWelcome,
  encodeBytes,
  encodeGreeting,
  encodeRefusal,
  encodeWelcome,
  type Greeting,
} from '../../../server/network/peers/handshake.js';
import { Handshake, type HandshakeParty } from '../../../server/network/peers/handshake-exchange.js';
import { PeerProof } from '../../../server/network/security/peer-proof.js';
import { greetingOf } from '../../../server/network/testing/raw-peer.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Seed, Target } from '../engine/target.js';

const NONCE = Buffer.alloc(32, 9);
const CHANNEL = Buffer.from('channel');
const REPLACEMENT = Buffer.from('\ufffd');

/** Fixed, so that an input of the corpus always does the same. */
class FixedProof extends PeerProof {
  override nonce(): Buffer {
    return NONCE;
  }
}
const proof = new FixedProof(Buffer.from('a shared secret'));

/** The payloads one by one, and both sides of the exchange with a partner that knows the secret, so that what lies behind the proof is reached. */
export const target: Target = {
  name: 'peer-handshake',
  about: 'greetings, proofs and refusals between nodes',
  sources: [
    'server/network/peers/handshake',
    'server/network/peers/handshake-exchange',
    'server/network/peers/varint',
  ],
  dictionary: [
    'STRATA_CLUSTER_MISMATCH',
    'STRATA_NODE_REMOVED',
    '__proto__',
    '\ufffd',
    Buffer.of(0xc3),
    Buffer.of(0xed, 0xa0, 0x80),
  ],
  seeds,
  run(input) {
    const mode = MODES[(input[0] ?? 0) % MODES.length]!;
    mode(input.subarray(1));
  },
};

type Mode = (payload: Buffer) => void;

const greeting: Mode = (payload) => {
  const found = decodeGreeting(payload);
  const again = must('greeting', () => decodeGreeting(encodeGreeting(found)));
  // No bytes may be a Buffer or none.
  const plain = (one: Greeting) => ({ ...one, nonce: Buffer.from(one.nonce).toString('hex') });
  equal('greeting again', plain(again), plain(found));
  for (const text of [found.clusterId, found.instanceId, found.storageId, found.host]) notBent(text, payload);
};

const bytes: Mode = (payload) => {
  const found = Buffer.from(decodeBytes(payload));
  equal('bytes again', Buffer.from(must('bytes', () => decodeBytes(encodeBytes(found)))), found);
};

const welcome: Mode = (payload) => {
  const found = decodeWelcome(payload);
  const again = must('welcome', () => decodeWelcome(encodeWelcome(found)));
  equal('welcome again', [again.greeting, Buffer.from(again.mac)], [found.greeting, Buffer.from(found.mac)]);
};

const refusal: Mode = (payload) => {
  const found = decodeRefusal(payload);
  const again = must('refusal', () => decodeRefusal(encodeRefusal(found)));
  equal('refusal again', [again.code, again.details], [found.code, found.details]);
  for (const [name, text] of Object.entries(found.details)) {
    notBent(name, payload);
    notBent(String(text), payload);
  }
};

/** Two length-prefixed parts: hello and the proof, or nothing for the right one. */
const accept: Mode = (payload) => {
  const [hello, given] = partsOf(payload);
  const handshake = new Handshake(party(), null);
  if (receive(handshake, FrameKind.Hello, hello) !== null) return;
  const right = proof.ofDialler({ channel: CHANNEL, hello, challenge: encodeBytes(NONCE) });
  receive(handshake, FrameKind.Proof, given.length > 0 ? given : encodeBytes(right));
};

/** Challenge, and the greeting of a welcome with the right proof. */
const dial: Mode = (payload) => {
  const [challenge, theirs] = partsOf(payload);
  let hello: Uint8Array = Buffer.alloc(0);
  const handshake = new Handshake(
    party((kind, sent) => {
      if (kind === FrameKind.Hello) hello = Buffer.from(sent);
    }),
    { peer: 2, lane: 1 },
  );
  handshake.begin();
  if (receive(handshake, FrameKind.Challenge, challenge) !== null) return;
  const mac = proof.ofAcceptor({ channel: CHANNEL, hello, challenge }, theirs);
  receive(handshake, FrameKind.Welcome, encodeWelcome({ greeting: theirs, mac }));
};

const MODES: readonly Mode[] = [greeting, bytes, welcome, refusal, accept, dial];

function party(send: HandshakeParty['send'] = () => {}): HandshakeParty {
  return {
    proof,
    greeting: (to, lane, nonce) => ({ ...greetingOf(1, to), lane, nonce }),
    admit: ({ clusterId }) =>
      clusterId === 'test'
        ? null
        : new StrataError('STRATA_CLUSTER_MISMATCH', { actual: clusterId, expected: 'test' }),
    send,
    channel: () => CHANNEL,
  };
}

function receive(handshake: Handshake, kind: FrameKind, payload: Buffer) {
  return handshake.receive({ service: Service.Control, method: '', requestId: 0, kind }, payload);
}

/** Bytes that are no UTF-8 must be refused: read as U+FFFD, two names would be one. */
function notBent(text: string, payload: Buffer): void {
  holds(
    !text.includes('\ufffd') || payload.includes(REPLACEMENT),
    `a text was bent: ${JSON.stringify(text)}`,
  );
}

function partsOf(payload: Buffer): [Buffer, Buffer] {
  const length = Math.min(payload[0] ?? 0, Math.max(0, payload.length - 1));
  return [payload.subarray(1, 1 + length), payload.subarray(1 + length)];
}

function seeds(): Seed[] {
  const own = encodeGreeting(greetingOf(2, 1));
  const welcomed = encodeGreeting(greetingOf(2, 1, { nonce: Buffer.alloc(0) }));
  const challenge = encodeBytes(NONCE);
  const mac = Buffer.alloc(32, 3);
  const error = new StrataError('STRATA_CLUSTER_MISMATCH', { actual: 'Zürich', expected: 'test' });
  const withMode = (mode: number, ...parts: Uint8Array[]): Buffer =>
    Buffer.concat([Buffer.of(mode), ...parts]);
  return [
    { name: 'greeting', bytes: withMode(0, own) },
    { name: 'challenge', bytes: withMode(1, challenge) },
    { name: 'welcome', bytes: withMode(2, encodeWelcome({ greeting: welcomed, mac })) },
    { name: 'refusal', bytes: withMode(3, encodeRefusal(error)) },
    { name: 'accept', bytes: withMode(4, Buffer.of(own.length), own) },
    { name: 'dial', bytes: withMode(5, Buffer.of(challenge.length), challenge, welcomed) },
  ];
}
