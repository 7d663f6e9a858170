import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRunDirectory } from '../../results/check-run-directory.js';
import { capturesOf, readRunDirectory } from '../../results/run-directory.js';
import { runCli, startCli, startCluster, temporaryDirectory } from './fixture.js';

const SHORT = ['--levels', '3', '--duration', '1s', '--warmup', '200ms', '--keys', '1000', '--quick'];

test('a sweep with an fsync arm writes a whole run directory, and its report again from a copy is the same', async (t) => {
  const directory = temporaryDirectory(t);
  const out = join(directory, 'run');
  const args = [
    'sweep',
    ...SHORT,
    // One request in eight is traced: on a busy machine a second may hold none.
    '--duration',
    '2s',
    '--probes',
    'cpu-profile',
    '--fsync-strategies',
    'B',
    '--out',
    out,
    '--json',
  ];
  const { code, stdout, stderr } = await runCli(t, args);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '', 'quiet in a pipe');
  const printed = JSON.parse(stdout) as { run: string; report: string; verdict: string[] };
  assert.equal(printed.report, join(out, 'report.md'));
  assert.ok(printed.verdict.length > 0);
  assert.match(
    readFileSync(join(out, 'report.html'), 'utf8'),
    /^<!doctype html>[\s\S]*id="tab-c3-leader-node/,
  );
  assert.deepEqual(checkRunDirectory(out).problems, []);

  const { run, points, baseline } = readRunDirectory(out);
  assert.deepEqual(
    points.map(({ ref }) => [ref.id, ref.series, ref.strategy]),
    [
      ['c3', 'sweep', 'G'],
      ['B-c3', 'fsync', 'B'],
    ],
  );
  const [level, arm] = points as [(typeof points)[number], (typeof points)[number]];
  assert.ok(level.summary.operations.ok > 0);
  assert.equal(level.nodes.length, 3);
  assert.equal(level.nodes.filter(({ role }) => role === 'leader').length, 1);
  const { because, traced, joined } = level.stages!;
  assert.ok(
    joined > 0,
    `client and node samples did not meet: ${JSON.stringify({ because, traced, joined })}`,
  );
  assert.equal(capturesOf(level.passes[0]!, 'strata.cpu/1').length, 3);
  assert.equal(level.passes[0]?.pass.referencePerSecond.length, 2);
  assert.equal(arm.durability?.lost, 0);
  assert.ok(arm.durability.acknowledgedWrites > 0);
  assert.equal(baseline?.httpEcho.length, 1);
  assert.ok(run.notMeasured.some(({ what }) => what.includes('power cut')));
  assert.equal(existsSync(join(out, 'scratch')), false);

  const copy = join(directory, 'copy');
  cpSync(out, copy, { recursive: true });
  const again = await runCli(t, ['report', copy]);
  assert.equal(again.code, 0, again.stderr);
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((n) =>
    /\.(md|svg|html)$/.test(n),
  ))
    assert.ok(readFileSync(join(out, name)).equals(readFileSync(join(copy, name))), `${name} differs`);
});

test('a cluster that runs already is swept through its URLs and lives on', async (t) => {
  const cluster = await startCluster(t, { strategy: 'B', primitive: 'fsync' });
  const out = join(temporaryDirectory(t), 'run');
  const target = cluster.urls.join(',');
  const { code, stderr } = await runCli(t, [
    'sweep',
    ...SHORT,
    '--probes',
    'none',
    '--target',
    target,
    '--out',
    out,
  ]);
  assert.equal(code, 0, stderr);
  const { run, points } = readRunDirectory(out);
  assert.deepEqual([run.cluster.external, run.cluster.strategy, run.cluster.primitive], [true, 'B', 'fsync']);
  // Its nodes are processes of this machine, so /proc and the clock are at hand.
  assert.ok(points[0]!.nodes.every(({ proc }) => proc !== null));
  assert.equal(points[0]!.stages?.sharedClock, true);
  assert.ok(cluster.nodes.every((node) => node.running));
});

test('SIGINT in the middle of a sweep: exit code 130, no node left, the run directory can be read', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const cli = startCli(t, [
    'sweep',
    '--levels',
    '2,3',
    '--duration',
    '30s',
    '--probes',
    'none',
    '--out',
    out,
  ]);
  const nodes = () => childrenOf(cli.pid);
  for (let i = 0; i < 600 && nodes().length < 3; i++) await sleep(50);
  const pids = nodes();
  assert.ok(pids.length >= 3, 'the cluster did not start');
  await sleep(1_000);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /^strata: Stopped by SIGINT\. \(STRATA_INTERRUPTED\)\n$/);
  for (const pid of pids) assert.equal(existsSync(`/proc/${pid}`), false, `process ${pid} is left`);
  assert.equal(readRunDirectory(out).points.length, 0);
});

test('a run directory that is in use is not written over', async (t) => {
  const out = join(temporaryDirectory(t), '..');
  const { code, stderr } = await runCli(t, ['sweep', ...SHORT, '--out', out]);
  assert.equal(code, 2);
  assert.match(stderr, /is not empty.*\(STRATA_OUT_NOT_EMPTY\)/);
});

/** Direct children of a process, from /proc. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
