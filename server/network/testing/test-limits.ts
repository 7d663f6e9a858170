import type { Limits } from '../limits.js';

/** Small enough that a test reaches every one of them. */
export function testLimits(overrides: Partial<Limits> = {}): Limits {
  return {
    keyBytesMax: 64,
    valueBytesMax: 65_536,
    headerBytesMax: 8_192,
    connectionsMax: 100,
    requestsInFlightMax: 50,
    pipelineMax: 20,
    opsPerCommandMax: 16,
    commandBytesMax: 262_144,
    rangeItemsMax: 100,
    rangeBytesMax: 65_536,
    watchesMax: 4,
    watchHistoryEvents: 1_000,
    watchBacklogEvents: 100,
    watchHistoryBytesMax: 1_048_576,
    watchHistory: 'on-demand',
    waitingRequestsMax: 1_000,
    waitingBytesMax: 16_777_216,
    applyLagEntriesMax: 1_000,
    stateBytesMax: 67_108_864,
    keysMax: 100_000,
    sessionsMax: 100,
    sessionAnswersMax: 8,
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
