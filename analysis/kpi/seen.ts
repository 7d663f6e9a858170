import { type Measured, map } from '../measures/measured.js';
import type { PointFacts } from '../report/facts.js';
import type { Seen } from '../rules/reading.js';
import { leaderMean } from './leader-readings.js';

export function seen(value: Measured): Measured<Seen> {
  return map(value, (number) => ({ value: number }));
}

/** With the sentence and the bound that belong to the value. */
export function seenWith<Value>(value: Measured<Value>, describe: (value: Value) => Seen): Measured<Seen> {
  return map(value, describe);
}

/** Mean of a histogram of nanoseconds of the leader. */
export function leaderMeanMs(point: PointFacts, histogram: string): Measured {
  return map(leaderMean(point, histogram), (ns) => ns / 1e6);
}
