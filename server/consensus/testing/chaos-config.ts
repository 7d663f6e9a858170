import type { NodeId } from '../messages.js';
import type { TestConfig } from './build.js';
import type { NetworkFaults } from './network-model.js';
import type { Random } from './random.js';

/** Small limits, so that the rare paths are common: windows of one message, appends of one entry. */
export function drawConfig(random: Random, voters: readonly NodeId[]): TestConfig {
  const electionTicksMin = random.between(3, 8);
  const appendBytesMax = random.pick([1, 60, 400, 4096]);
  return {
    voters,
    electionTicksMin,
    // As in practice: the interval is wide enough for one node to be first.
    electionTicksMax: electionTicksMin * 2,
    heartbeatTicks: random.between(1, electionTicksMin < 6 ? 1 : 2),
    preVote: random.chance(0.6),
    checkQuorum: random.chance(0.5),
    appendBytesMax,
    inflightMessagesMax: random.pick([1, 2, 4, 64]),
    inflightBytesMax: appendBytesMax * random.pick([1, 2, 100]),
    pendingReadsMax: random.pick([1, 4, 100]),
    hasVoteGrace: random.chance(0.5),
    uncommittedBytesMax: random.pick([200, 2000, 1 << 20]),
  };
}

export function drawNetwork(random: Random): NetworkFaults {
  if (random.chance(0.2)) return { loss: 0, duplication: 0, reorderWindow: 1 };
  return {
    loss: random.next() * 0.2,
    duplication: random.next() * 0.3,
    reorderWindow: random.between(1, 20),
  };
}
