import type { NodeConfig } from '../config/config.js';

/** The limits an operator can set; see `config/config.ts` for defaults and units. */
export type Limits = NodeConfig['limits'];

/** Limits that nobody needs to tune. A number stands on everything that comes from outside. */

/** A frame header names a service, a method and a request: it is never long. */
export const frameHeaderBytesMax = 256;
/** Before the handshake has been passed nobody may make this node keep more than this. */
export const handshakeFrameBytesMax = 4_096;
/** Name of a peer request's method. */
export const methodBytesMax = 64;
/** Requests to one peer that wait for their answer. */
export const peerRequestsPendingMax = 65_536;
/** Connections that one listening peer port holds at a time, those in handshake included. */
export const peerConnectionsMax = 256;
/** Body bytes read and thrown away after a refusal, so that the client gets to read the answer. */
export const refusedBodyDrainBytesMax = 16_777_216;
/** And the longest time spent on it. */
export const refusedBodyDrainMs = 1_000;
/** A query string longer than this is nobody's parameter. */
export const queryTextShownMax = 64;
/** A file of tokens, a secret or a certificate is small; anything larger was named by mistake. */
export const secretFileBytesMax = 1_048_576;
