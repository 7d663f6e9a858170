import { join } from 'node:path';
import type { LoadOptions } from '../../loadgen/options.js';
import { type PointRef, RecordingCost } from '../../results/schema/index.js';
import { HistoryRecording } from './history-recording.js';
import { plainPass, type RunContext } from './run-context.js';

const SCRATCH = 'recording';

/**
 * What recording a history costs at one level: pairs of short passes with and without it. The order within a pair changes from pair to pair, so that what drifts
 * with time (a log that grows, a machine that warms up) falls on both sides. These histories measure the recording and are thrown away; the one of
 * the measured pass is checked.
 */
export async function measureRecordingCost(
  context: RunContext,
  point: PointRef,
  loadFor: (seconds: number) => Promise<LoadOptions>,
): Promise<void> {
  const { referenceSeconds, recordingPairs } = context.times;
  const directory = context.writer.scratch(SCRATCH);
  const pairs: RecordingCost['pairs'] = [];
  const without = async () =>
    (await plainPass(context, `${point.id}: without a history`, await loadFor(referenceSeconds))).summary
      .throughputPerSecond;
  const withHistory = async () => {
    const recording = new HistoryRecording(join(directory, 'history.jsonl'));
    try {
      const load = recording.of(await loadFor(referenceSeconds));
      const { summary, history } = await plainPass(context, `${point.id}: with a history`, load);
      return { withPerSecond: summary.throughputPerSecond, recorded: history?.operations ?? 0 };
    } finally {
      recording.close();
    }
  };
  for (let pair = 0; pair < recordingPairs; pair++) {
    if (pair % 2 === 0) {
      const withoutPerSecond = await without();
      pairs.push({ withoutPerSecond, ...(await withHistory()) });
    } else {
      const recorded = await withHistory();
      pairs.push({ withoutPerSecond: await without(), ...recorded });
    }
  }
  context.writer.dropScratch(SCRATCH);
  context.writer.writePoint(point, 'recording.json', RecordingCost, {
    schema: 'strata.recording/1',
    seconds: referenceSeconds,
    pairs,
  });
}
