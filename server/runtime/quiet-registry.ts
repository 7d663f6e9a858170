import type { LockMeter } from '../ports/lock.js';
import type { Histogram, Stamps } from '../ports/metrics.js';
import { MetricsRegistry } from './metrics-registry.js';

const QUIET_HISTOGRAM: Histogram = { record: () => {} };
const QUIET_METER: LockMeter = {
  passed: () => {},
  refused: () => {},
  waits: () => {},
  granted: () => {},
  gaveUp: () => {},
  held: () => {},
  released: () => {},
  gathered: () => {},
};
const STOPPED: Stamps = { nowNs: () => 0 };

/**
 * The registry of a node that measures no time: counters and gauges, which limits and operators need, and nothing else. What is not measured is
 * absent from every document, not zero. Only there to know what the measuring costs.
 */
export class QuietRegistry extends MetricsRegistry {
  override histogram(): Histogram {
    return QUIET_HISTOGRAM;
  }

  override lock(): LockMeter {
    return QUIET_METER;
  }

  override stampsOf(): Stamps {
    return STOPPED;
  }
}
