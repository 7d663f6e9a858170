import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import { nonceBytes, type PeerProof, sameMac, type Transcript } from '../security/peer-proof.js';
import { type FrameHeader, FrameKind, Service } from './frame.js';
import {
  decodeBytes,
  decodeGreeting,
  decodeRefusal,
  decodeWelcome,
  encodeBytes,
  encodeGreeting,
  encodeWelcome,
  type Greeting,
  protocolVersion,
} from './handshake.js';
import { invalidFrame } from './varint.js';

/** What an exchange asks of the connection that it opens. */
export interface HandshakeParty {
  readonly proof: PeerProof;
  /** What this side says of itself to `to`. */
  greeting(to: NodeId, lane: number, nonce: Uint8Array): Greeting;
  /** The greeting of a side that has proven itself: null admits it. */
  admit(greeting: Greeting): StrataError | null;
  send(kind: FrameKind, payload: Uint8Array): void;
  /** Keying material of the TLS session, empty without TLS. Asked for once the session stands. */
  channel(): Uint8Array;
}

export type HandshakeResult =
  | { readonly kind: 'open'; readonly greeting: Greeting }
  /** This side does not want the other; it has to be told when it dialled. */
  | { readonly kind: 'refuse'; readonly error: StrataError }
  /** The other side does not want this one. */
  | { readonly kind: 'refused'; readonly error: StrataError };

const noBytes = new Uint8Array(0);

/**
 * The exchange before the first byte of Raft: both sides say who they are and prove that they know the secret of the cluster.
 *
 *   dialler   hello -> (challenge) -> proof -> (welcome) -> open
 *   acceptor  (hello) -> challenge -> (proof) -> welcome -> open
 *
 * Nothing that a greeting says is used before its proof was right, but for the version: who speaks another one could not prove anything.
 */
export class Handshake {
  readonly #party: HandshakeParty;
  readonly #dial: { readonly peer: NodeId; readonly lane: number } | null;
  /** The one kind of frame that may come next. */
  #due: FrameKind;
  #transcript: Transcript = { channel: noBytes, hello: noBytes, challenge: noBytes };

  constructor(party: HandshakeParty, dial: { readonly peer: NodeId; readonly lane: number } | null) {
    this.#party = party;
    this.#dial = dial;
    this.#due = dial === null ? FrameKind.Hello : FrameKind.Challenge;
  }

  /** The side that dialled speaks first. */
  begin(): void {
    const { peer, lane } = this.#dial!;
    const { proof } = this.#party;
    const hello = encodeGreeting(this.#party.greeting(peer, lane, proof.nonce()));
    this.#transcript = { channel: this.#party.channel(), hello, challenge: noBytes };
    this.#party.send(FrameKind.Hello, hello);
  }

  /**
   * A frame of the other side; null as long as another one has to come.
   * @throws StrataError STRATA_FRAME_INVALID when it is not the one that is due
   */
  receive(header: FrameHeader, payload: Buffer): HandshakeResult | null {
    if (header.service === Service.Control && header.kind === FrameKind.Refusal && this.#dial !== null) {
      return { kind: 'refused', error: decodeRefusal(payload) };
    }
    if (header.service !== Service.Control || header.kind !== this.#due) {
      throw invalidFrame('the connection does not begin with a handshake');
    }
    if (header.kind === FrameKind.Hello) return this.#hello(payload);
    if (header.kind === FrameKind.Challenge) return this.#challenge(payload);
    if (header.kind === FrameKind.Proof) return this.#proof(payload);
    return this.#welcome(payload);
  }

  #hello(payload: Buffer): HandshakeResult | null {
    const version = decodeGreeting(payload).protocolVersion;
    if (version !== protocolVersion) return refuse(otherVersion(version));
    // The payload is a view of the read buffer, which may be written to again.
    const hello = Buffer.from(payload);
    const challenge = encodeBytes(this.#party.proof.nonce());
    this.#transcript = { channel: this.#party.channel(), hello, challenge };
    this.#due = FrameKind.Proof;
    this.#party.send(FrameKind.Challenge, challenge);
    return null;
  }

  #challenge(payload: Buffer): null {
    if (decodeBytes(payload).length !== nonceBytes) throw invalidFrame(`a nonce has ${nonceBytes} bytes`);
    this.#transcript = { ...this.#transcript, challenge: Buffer.from(payload) };
    this.#due = FrameKind.Welcome;
    this.#party.send(FrameKind.Proof, encodeBytes(this.#party.proof.ofDialler(this.#transcript)));
    return null;
  }

  #proof(payload: Buffer): HandshakeResult {
    const { proof } = this.#party;
    if (!sameMac(proof.ofDialler(this.#transcript), decodeBytes(payload))) {
      return refuse(new StrataError('STRATA_PEER_UNAUTHENTICATED'));
    }
    const theirs = decodeGreeting(this.#transcript.hello as Buffer);
    if (theirs.nonce.length !== nonceBytes) throw invalidFrame(`a nonce has ${nonceBytes} bytes`);
    const refusal = this.#party.admit(theirs);
    if (refusal !== null) return refuse(refusal);
    const greeting = encodeGreeting(this.#party.greeting(theirs.nodeId, theirs.lane, noBytes));
    const mac = proof.ofAcceptor(this.#transcript, greeting);
    this.#party.send(FrameKind.Welcome, encodeWelcome({ greeting, mac }));
    return { kind: 'open', greeting: theirs };
  }

  #welcome(payload: Buffer): HandshakeResult {
    const { greeting, mac } = decodeWelcome(payload);
    if (!sameMac(this.#party.proof.ofAcceptor(this.#transcript, greeting), mac)) {
      return refuse(new StrataError('STRATA_PEER_UNAUTHENTICATED'));
    }
    const theirs = decodeGreeting(greeting);
    if (theirs.protocolVersion !== protocolVersion) return refuse(otherVersion(theirs.protocolVersion));
    const refusal = this.#party.admit(theirs);
    return refusal === null ? { kind: 'open', greeting: theirs } : refuse(refusal);
  }
}

function refuse(error: StrataError): HandshakeResult {
  return { kind: 'refuse', error };
}

function otherVersion(actual: number): StrataError {
  return new StrataError('STRATA_PROTOCOL_VERSION', { actual, expected: protocolVersion });
}
