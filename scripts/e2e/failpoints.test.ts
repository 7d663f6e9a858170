import assert from 'node:assert/strict';
import test from 'node:test';
import { FAILPOINTS } from '../../server/io/failpoint.js';
import { STEPS } from './failpoint-steps.js';
import { FailpointWalk, type Outcome } from './failpoint-walk.js';
import { ask, startCluster, statusOf, until } from './fixture.js';
import { Writers } from './writers.js';

const KIB = 1024;
const VICTIM = 3;
/** Snapshots every few hundred entries and segments of a fraction of a second, so that each step comes soon. */
const OFTEN = { logBytesMin: 16 * KIB, entriesMax: 200, keepEntries: 20, sliceBytes: 4 * KIB };

test('A2.26 A2.27 kill -9 at every named point of a node under load: it comes back, nothing acknowledged is lost', async (t) => {
  const missing = FAILPOINTS.filter((name) => !STEPS.some((step) => step.name === name));
  assert.deepEqual(missing, [], 'a point that no run reaches');
  const cluster = await startCluster(t, {
    later: [VICTIM],
    adjust: (config) => ({
      ...config,
      snapshots: OFTEN,
      log: { ...config.log, segmentBytes: 64 * KIB },
      logLevel: 'warn',
    }),
  });
  // A state that fills some pieces, or the writes of a snapshot are too short to be cut.
  for (let at = 0; at < 40; at++)
    await ask(cluster.urls[0]!, 'PUT', `/kv/filler-${at}`, { body: 'x'.repeat(KIB) });
  const writers = new Writers(cluster.urls.slice(0, 2), 3);
  t.after(() => writers.stop());
  const walk = new FailpointWalk(cluster, VICTIM);
  const outcomes: Outcome[] = [];
  for (const step of STEPS) {
    const outcome = await walk.take(step);
    outcomes.push(outcome);
    t.diagnostic(line(outcome));
    assert.equal(outcome.fault, null, line(outcome));
  }
  const node = await walk.comeBack();
  await writers.stop();
  assert.deepEqual(await writers.faults(cluster.urls), []);
  await until(async () => {
    const views = await Promise.all(cluster.urls.map(statusOf));
    return views.every(
      ({ appliedIndex, keys }) => appliedIndex === views[0]!.appliedIndex && keys === views[0]!.keys,
    );
  }, 'all nodes are equal');
  assert.equal((await statusOf(node.url)).ready, true);
  t.diagnostic(
    `${FAILPOINTS.length} points, ${outcomes.length} kills, ${writers.acknowledged} writes acknowledged, 0 lost, ${writers.errors} without an answer`,
  );
});

function line({ step, hits, acknowledged, found, fault }: Outcome): string {
  const log = found === null ? 'no log yet' : `log to ${found}, acknowledged ${acknowledged}`;
  return `${step.name}:${step.phase} (${step.disk}, ${step.way}) -> ${hits} hit -> ${fault ?? `came back, ${log}`}`;
}
