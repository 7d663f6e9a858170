import type { Measured } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';
import type { Rule } from './rule.js';

/** What a reading saw at one level. */
export interface Seen {
  /** In the unit of the reading. */
  readonly value: number;
  /** Why the value, though measured, decides nothing. */
  readonly undecidedBecause?: string;
  /** The numbers behind it, as one sentence without its stop; without it the report prints the value and its alert. */
  readonly evidence?: string;
  /** Amdahl: the greatest share that could be saved if what the rule is about vanished. Null or absent where the run gives no bound. */
  readonly bound?: number | null;
}

/** What the rule asks for. */
export interface Terms {
  readonly bad: number;
  /** The reading's own parameters, those of the rule over them. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** A function that reads one value off a run: code, where thresholds and texts are data. A rule calls it by its name. */
export interface Reading {
  readonly unit: Rule['unit'];
  /** `point`: one value a level. `run`: one value for the machine or the run. */
  readonly scope: 'point' | 'run';
  /** What a rule may set, and what holds where it does not. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The value; or why there is none, which is no evidence for anything. */
  readonly read: (point: PointFacts, facts: Facts, terms: Terms) => Measured<Seen>;
  /** Command that shows the evidence again; the run's own without it. */
  readonly command?: (point: PointFacts, facts: Facts) => string;
}

type Options = Partial<Pick<Reading, 'scope' | 'parameters' | 'command'>>;

export function reading(unit: Reading['unit'], read: Reading['read'], options: Options = {}): Reading {
  return { unit, scope: 'point', parameters: {}, read, ...options };
}
