import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkRunDirectory } from '../../results/check-run-directory.js';
import { readRunDirectory } from '../../results/run-directory.js';
import { readContents } from '../lib/power-cut-contents.js';
import { PowerCutLoad } from '../lib/power-cut-load.js';
import { countLoss } from '../lib/power-cut-verdict.js';
import { runCli, startCluster, temporaryDirectory, until } from './fixture.js';

test('A2.27 a power cut under C and G: the report has what each loses, and the nodes agree', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const args = ['--quick', '--levels', '4', '--duration', '500ms', '--warmup', '100ms', '--keys', '1000'];
  const { code, stdout, stderr } = await runCli(t, [
    'fsync',
    '--power-cut',
    '--cuts',
    '1',
    '--strategies',
    'C,G',
    ...args,
    '--out',
    out,
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '', 'quiet in a pipe');
  assert.equal((JSON.parse(stdout) as { run: string }).run, out);
  assert.deepEqual(checkRunDirectory(out).problems, []);
  const { run, points } = readRunDirectory(out);
  assert.ok(run.notMeasured.every(({ what }) => !what.includes('power cut')));
  const [none, group] = points.map(({ powerCut }) => powerCut!);
  assert.deepEqual([none!.strategy, group!.strategy], ['C', 'G']);
  for (const { rounds, broken } of [none!, group!]) {
    assert.deepEqual(broken, []);
    assert.equal(rounds.length, 1);
    assert.ok(rounds.every(({ acknowledged, nodesEqual }) => acknowledged > 0 && nodesEqual));
  }
  assert.equal(group!.lost, 0);
  assert.ok(none!.lost > 0, 'a disk that forgets took nothing under C');
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  assert.match(report, /Lost, processes killed.*Lost, power cut/);
  t.diagnostic(`C lost ${none!.lost} of ${none!.acknowledged}, G 0 of ${group!.acknowledged}`);
});

test('A2.27 B: a node whose disk was ahead when the power went gives up what the others lost, and all nodes are equal', async (t) => {
  const cluster = await startCluster(t, {
    strategy: 'B',
    adjust: (config) => ({
      ...config,
      testing: { disk: 'power-cut' },
      log: { ...config.log, fsyncIntervalMs: config.id === 1 ? 2 : 60_000 },
    }),
  });
  let gaveUp = 0;
  for (let round = 1; round <= 6 && gaveUp < 2; round++) {
    const { url } = await cluster.waitForLeader();
    const prefix = `cut-${round}-`;
    const load = new PowerCutLoad({ url, clients: 4, prefix, valueBytes: 10 });
    await until(async () => load.acknowledged > 40, 'writes are acknowledged');
    const cutAtMs = performance.now();
    await cluster.killAll();
    const written = await load.stop();
    await cluster.startAll();
    const contents = await readContents(cluster.urls, prefix);
    const found = countLoss({ written, cutAtMs, contents, sent: (key) => load.valueFor(key) });
    t.diagnostic(`round ${round}: ${found.lost} of ${found.acknowledged} lost`);
    assert.deepEqual([found.nodesEqual, found.foreign], [true, 0]);
    // All gone: one of those that lost everything leads, and the node that had it on its disk gave it up.
    if (found.lost === found.acknowledged) gaveUp++;
  }
  t.diagnostic(`${gaveUp} times a node gave up what only it had`);
});
