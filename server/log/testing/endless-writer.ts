/**
 * A process that appends until it is killed and reports what was acknowledged: `endless-writer.js DIRECTORY
 * STRATEGY`.
 */
import { NodeFileSystem } from '../../io/node-file-system.js';
import { TestClock } from '../../io/testing/test-clock.js';
import { TestMetrics } from '../../io/testing/test-metrics.js';
import type { SyncPolicyName } from '../sync-policies.js';
import { entry, openTestLog } from './log-fixtures.js';

const [directory, strategy] = process.argv.slice(2);
const disk = new NodeFileSystem({ clock: new TestClock(), metrics: new TestMetrics() });
const { log } = await openTestLog(disk, {
  directory: directory!,
  strategy: strategy as SyncPolicyName,
  segmentBytes: 16_384,
});
// Whoever forked us is gone: so are we.
process.on('disconnect', () => process.exit(0));

let next = log.recovered.entries.length + 1;
function appendNext(): void {
  const index = next++;
  const state = { term: 1, vote: 1, commit: index - 1 };
  log.append({
    entries: [entry(index, 1, 200)],
    hardState: state,
    snapshot: null,
    mustSync: index === 1,
    onDurable: () => {
      process.send!(index);
      appendNext();
    },
  });
}
for (let depth = 0; depth < 4; depth++) appendNext();
