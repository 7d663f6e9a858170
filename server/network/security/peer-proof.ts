import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Both sides draw one for every connection: an answer heard once is worth nothing on another connection. */
export const nonceBytes = 32;
export const macBytes = 32;

/** What both sides of one connection have said so far, byte for byte. */
export interface Transcript {
  /** Keying material of the TLS session, empty without TLS: a handshake cannot be carried over into another session. */
  readonly channel: Uint8Array;
  /** Payload of the hello: versions, cluster, both node ids, lane, storage id and the nonce of the side that dialled. */
  readonly hello: Uint8Array;
  /** Payload of the challenge: the nonce of the side that accepted. */
  readonly challenge: Uint8Array;
}

const dialLabel = 'strata peer 2 dial';
const acceptLabel = 'strata peer 2 accept';

/**
 * Proof of knowing the secret of the cluster, by HMAC-SHA256 over all that was said. The two directions have labels of their own, so
 * that no side can be made to answer its own question. Without a secret the key is empty: the exchange is the same and proves nothing,
 * and a side that has a secret never accepts it.
 */
export class PeerProof {
  readonly #key: Uint8Array;

  constructor(secret: Uint8Array | null) {
    this.#key = secret ?? new Uint8Array(0);
  }

  nonce(): Buffer {
    return randomBytes(nonceBytes);
  }

  /** Of the side that dialled: it proves itself first, so that who merely connects learns nothing to guess the secret by. */
  ofDialler({ channel, hello, challenge }: Transcript): Buffer {
    return this.#mac(dialLabel, [channel, hello, challenge]);
  }

  /** Of the side that accepted, over its greeting too. */
  ofAcceptor({ channel, hello, challenge }: Transcript, greeting: Uint8Array): Buffer {
    return this.#mac(acceptLabel, [channel, hello, challenge, greeting]);
  }

  #mac(label: string, parts: readonly Uint8Array[]): Buffer {
    const hmac = createHmac('sha256', this.#key);
    hmac.update(label);
    const length = Buffer.alloc(4);
    for (const part of parts) {
      // With the length before each part no two transcripts give the same bytes.
      length.writeUInt32BE(part.length);
      hmac.update(length).update(part);
    }
    return hmac.digest();
  }
}

/** Takes the same time wherever two proofs differ. */
export function sameMac(expected: Uint8Array, actual: Uint8Array): boolean {
  return actual.length === macBytes && expected.length === macBytes && timingSafeEqual(expected, actual);
}
