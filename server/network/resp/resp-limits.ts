import type { Limits } from '../limits.js';

/** Limits of the Redis protocol listener that nobody needs to tune; those of `config/config.ts` come on top. */

/** Redis' own PROTO_INLINE_MAX_SIZE: a command typed on one line. */
export const inlineBytesMax = 65_536;
/** `*3`, `$1048576`: a number with its line end. */
export const headerLineBytesMax = 32;
/** Redis' own bound on the arguments of a command. Those above `argumentsMax` are read past and refused, the connection lives on. */
export const argumentsReadMax = 1_048_576;
/** What a client that has not authenticated may send, as in Redis: enough for AUTH and HELLO. */
export const strangerArgumentsMax = 10;
export const strangerBulkBytesMax = 16_384;
/** Commands of one connection that are inside the cluster at a time; what waits behind them holds no reply in memory. */
export const runningCallsMax = 1_024;
/** Bytes of replies that wait in one socket: above, no further command of the connection is begun. */
export const outputBytesMax = 262_144;
/** What a socket reads ahead, and takes before it says that the client is slow. */
export const socketBytes = 65_536;
/** A value up to this size leaves as text with its neighbours: one string and one write, no vector of buffers. */
export const textValueBytesMax = 4_096;
/** A connection that holds fewer bytes is never refused for those that all hold together (`limits.waitingBytesMax`). */
export const pendingBytesSpared = 65_536;
/** Calls kept for use again. */
export const idleCallsMax = 16_384;
/** SCAN: positions that this node remembers, and keys looked at in one call. */
export const scanCursorsMax = 10_000;
export const scanCountMax = 1_000;
/** A pattern is matched against every key in the loop of the node: its length bounds that work. */
export const patternBytesMax = 256;
/** KEYS: keys looked at in one command. */
export const keysScannedMax = 1_000_000;
/** Keys that one connection watches. */
export const watchedKeysMax = 1_024;
/** Longest time to live: far beyond any use, and clock plus TTL stays an exact number. */
export const ttlMsMax = 2 ** 48;
/** Commands held back while there is no leader are tried again after this, doubled each time up to the second of these. */
export const retryDelayMsMin = 10;
export const retryDelayMsMax = 200;
/** How often time limits of connections are looked at. */
export const sweepIntervalMs = 1_000;
/** Time for a client to close its side after the node has closed its own. */
export const lingerMs = 1_000;
/** Names of clients and libraries. */
export const clientNameBytesMax = 256;
/** Lines of CLIENT LIST. */
export const clientListMax = 1_000;

/** Name and arguments of a command that the listener keeps: MSET with as many pairs as a command may have steps, and options. */
export function argumentsMax(limits: Limits): number {
  return 2 * limits.opsPerCommandMax + 16;
}

/** Bytes of commands of one connection received and not answered before its socket is not read any more. */
export function connectionBytesMax(limits: Limits): number {
  return 2 * limits.commandBytesMax;
}
