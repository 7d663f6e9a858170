import { SampleRing } from './sample-ring.js';
import type { Stages } from './stage-ledger.js';

/** The ledger of a node that measures nothing. */
export const QUIET_STAGES: Stages = {
  setVoters: () => {},
  appended: () => {},
  expect: () => {},
  sent: () => {},
  durable: () => {},
  acknowledged: () => {},
  committed: () => {},
  replied: () => {},
  reset: () => {},
};

/** Its samples: none. */
export class QuietSamples extends SampleRing {
  override add(): void {}
}
