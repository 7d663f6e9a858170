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
/** Connections on a peer port that have not proven who they are; the oldest makes room. An honest peer needs milliseconds. */
export const peerStrangersMax = 64;
/** Peers that are served although the membership that this node has applied does not name them yet. */
export const peerGuestsMax = 16;
/** Requests of one HTTP connection (pipelined) that wait for their answers; more are refused. */
export const httpPipelineMax = 128;
/** Connections beyond `connectionsMax` that are let in for a health check; the oldest gives way to the next. */
export const healthConnectionsMax = 32;
/** Bytes of long answers that slow clients have not taken yet; ranges are refused above. */
export const answerBytesMax = 268_435_456;
/** Body of a request to the administration. */
export const adminBodyBytesMax = 16_384;
/** Headers with a token that was found right, kept so that the next request with it costs a look-up. */
export const authorizationsKeptMax = 1_024;
/** Ten years: longer times to live are mistakes in the unit. */
export const ttlMsMax = 315_576_000_000;
