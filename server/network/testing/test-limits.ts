import type { Limits } from '../limits.js';

/** Small enough that a test reaches every one of them. */
export function testLimits(overrides: Partial<Limits> = {}): Limits {
  return {
    keyBytesMax: 64,
    valueBytesMax: 65_536,
    headerBytesMax: 8_192,
    connectionsMax: 100,
    requestsInFlightMax: 50,
    headersTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    keepAliveTimeoutMs: 5_000,
    operationTimeoutMs: 5_000,
    peerQueueBytesMax: 16_777_216,
    peerFrameBytesMax: 4_194_304,
    drainTimeoutMs: 1_000,
    ...overrides,
  };
}
