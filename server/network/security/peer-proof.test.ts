import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { it } from 'node:test';
import { PeerProof, sameMac, type Transcript } from './peer-proof.js';

const secret = Buffer.from('sixteen bytes ok');
const said: Transcript = {
  channel: Buffer.from('channel'),
  hello: Buffer.from('hello'),
  challenge: Buffer.from('challenge'),
};
const greeting = Buffer.from('greeting');

function framed(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

it('A2.17 the proof is HMAC-SHA256 over what peer.proto says', () => {
  const proof = new PeerProof(secret);
  const expected = (label: string, bytes: Buffer): string =>
    createHmac('sha256', secret).update(label).update(bytes).digest('hex');
  assert.equal(
    proof.ofDialler(said).toString('hex'),
    expected('strata peer 2 dial', framed(said.channel, said.hello, said.challenge)),
  );
  assert.equal(
    proof.ofAcceptor(said, greeting).toString('hex'),
    expected('strata peer 2 accept', framed(said.channel, said.hello, said.challenge, greeting)),
  );
});

it('A2.17 the proof binds secret, direction, channel, greetings and nonces: change one and it is another', () => {
  const proof = new PeerProof(secret);
  const macs = [
    proof.ofDialler(said),
    new PeerProof(Buffer.from('another secret!!')).ofDialler(said),
    new PeerProof(null).ofDialler(said),
    proof.ofAcceptor(said, Buffer.alloc(0)),
    proof.ofAcceptor(said, greeting),
    proof.ofDialler({ ...said, channel: Buffer.alloc(0) }),
    proof.ofDialler({ ...said, hello: Buffer.from('hellp') }),
    proof.ofDialler({ ...said, challenge: Buffer.from('another') }),
    // The same bytes, cut elsewhere.
    proof.ofDialler({ ...said, hello: Buffer.from('helloc'), challenge: Buffer.from('hallenge') }),
  ];
  assert.equal(new Set(macs.map((mac) => mac.toString('hex'))).size, macs.length);
});

it('A2.17 only the whole and right proof is the same', () => {
  const mac = new PeerProof(secret).ofDialler(said);
  assert.equal(sameMac(mac, Buffer.from(mac)), true);
  for (let at = 0; at < mac.length; at++) {
    const other = Buffer.from(mac);
    other[at]! ^= 1;
    assert.equal(sameMac(mac, other), false);
  }
  for (const wrong of [Buffer.alloc(0), mac.subarray(1), Buffer.concat([mac, Buffer.alloc(1)])]) {
    assert.equal(sameMac(mac, wrong), false);
  }
});

it('A2.17 nonces are fresh', () => {
  const proof = new PeerProof(secret);
  const nonces = new Set(Array.from({ length: 100 }, () => proof.nonce().toString('hex')));
  assert.equal(nonces.size, 100);
  for (const nonce of nonces) assert.equal(nonce.length, 64);
});
