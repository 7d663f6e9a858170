import { Random } from '../../loadgen/random.js';
import type { StrategyLetter } from '../../results/schema/index.js';
import type { NodeConfigInput } from '../../server/config/config.js';

const CONFIG_STREAM = 2;

/** Strategies that promise to keep what they acknowledged: mostly G, as most clusters have it. */
const STRATEGIES: readonly StrategyLetter[] = ['G', 'G', 'G', 'A'];
/** A log is cut behind the snapshot before the newest: a short run on a slow machine has to reach two of them. */
const ENTRIES_MAX = [60, 100, 150];
const KEEP_ENTRIES = [0, 20, 50];
const SEGMENT_BYTES = [65_536, 262_144];

/** Small snapshots and small segments, so that the ways around them are taken all the time. */
export function drawConfig(seed: number): {
  readonly strategy: StrategyLetter;
  readonly adjust: (config: NodeConfigInput) => NodeConfigInput;
} {
  const random = new Random(seed, CONFIG_STREAM);
  const draw = <Item>(items: readonly Item[]): Item => items[random.nextBelow(items.length)]!;
  const strategy = draw(STRATEGIES);
  const entriesMax = draw(ENTRIES_MAX);
  const keepEntries = draw(KEEP_ENTRIES);
  const segmentBytes = draw(SEGMENT_BYTES);
  return {
    strategy,
    adjust: (config) => ({
      ...config,
      log: { ...config.log, segmentBytes },
      // The rest after a stall is an alarm too, and a run waits for the last alarm to end.
      raft: { ...config.raft, diskStallRestMs: 3_000 },
      snapshots: { entriesMax, keepEntries, logBytesMin: 16_384, sliceBytes: 4_096 },
    }),
  };
}
