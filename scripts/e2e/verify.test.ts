import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { TestServer } from '../../loadgen/test-server.js';
import { checkRunDirectory } from '../../results/check-run-directory.js';
import { readDocument, readRunDirectory } from '../../results/run-directory.js';
import { LoadSummary } from '../../results/schema/index.js';
import { runCli, startCluster, temporaryDirectory } from './fixture.js';

/** Many clients, so that a slow machine still answers enough. */
const LOAD = ['--clients', '32', '--duration', '2s', '--warmup', '100ms', '--keys', '1000'];

test('a load on a cluster records its history, has it checked and reads back', async (t) => {
  const cluster = await startCluster(t);
  const out = join(temporaryDirectory(t), 'run');
  const target = cluster.urls.join(',');
  const { code, stdout, stderr } = await runCli(t, [
    ...['load', '--target', target, ...LOAD, '--workers', '2', '--verify', '--out', out],
  ]);
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, /history linearizable: \d+ operations on 10 keys/);
  assert.match(stdout, /read back: \d+ acknowledged writes .* 0 lost/);
  const { history } = readDocument(join(out, 'summary.json'), LoadSummary);
  assert.deepEqual(
    [history?.verdict, history?.file, history?.counterexample],
    ['linearizable', 'history.jsonl', null],
  );
  const again = await runCli(t, ['check', join(out, 'history.jsonl')]);
  assert.equal(again.code, 0, again.stderr + again.stdout);
});

test('a store that loses an acknowledged write: exit code 1, the verdict first, the counterexample in a file', async (t) => {
  const server = await TestServer.start();
  t.after(() => server.stop());
  let puts = 0;
  server.intercept = (request, response) => {
    if (request.method !== 'PUT' || !request.url!.includes('history-') || ++puts % 5 !== 0) return false;
    response.end();
    return true;
  };
  const history = join(temporaryDirectory(t), 'lost.jsonl');
  const { code, stdout, stderr } = await runCli(t, [
    ...['load', '--target', server.url, ...LOAD, '--verify', '--history', history],
  ]);
  assert.equal(code, 1, stderr + stdout);
  const [first] = stdout.split('\n');
  assert.match(first!, /^history NOT LINEARIZABLE: .*counterexample: .*lost\.counterexample\.txt/);
  const counterexample = readFileSync(history.replace('.jsonl', '.counterexample.txt'), 'utf8');
  assert.match(counterexample, /write .*\n(?:.*\n)*.*read → .*✗/);
  const again = await runCli(t, ['check', history]);
  assert.equal(again.code, 1, again.stderr + again.stdout);
});

test('a store that answers nothing tested nothing: exit code 3, not a pass', async (t) => {
  const server = await TestServer.start();
  t.after(() => server.stop());
  server.intercept = (_request, response) => {
    response.statusCode = 503;
    response.end();
    return true;
  };
  const { code, stdout } = await runCli(t, ['load', '--target', server.url, ...LOAD, '--verify', '--json']);
  assert.equal(code, 3, stdout);
  const { history } = JSON.parse(stdout) as LoadSummary;
  assert.equal(history?.verdict, 'unknown');
  assert.match(history.because!, /tested nothing/);
});

test('--history alone records and does not judge', async (t) => {
  const server = await TestServer.start();
  t.after(() => server.stop());
  const history = join(temporaryDirectory(t), 'deep', 'recorded.jsonl');
  const { code, stdout } = await runCli(t, ['load', '--target', server.url, ...LOAD, '--history', history]);
  assert.equal(code, 0, stdout);
  assert.ok(existsSync(history));
  assert.match(stdout, /history: \d+ operations in .*recorded\.jsonl, not checked/);
});

test('a sweep with --verify: a checked history at every level, the cost measured at the middle one, both in the report', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const { code, stdout, stderr } = await runCli(t, [
    ...['sweep', '--quick', '--levels', '24,32', '--duration', '2s', '--warmup', '200ms', '--keys', '1000'],
    ...['--nodes', '1', '--probes', 'none', '--verify', '--out', out],
  ]);
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, /Linearizable at c24, c32: [\d,]+ recorded operations/);
  assert.deepEqual(checkRunDirectory(out).problems, []);
  const { points } = readRunDirectory(out);
  for (const { ref, summary } of points) {
    assert.equal(summary.history?.verdict, 'linearizable');
    assert.ok(existsSync(join(out, 'points', ref.id, 'history.jsonl')));
  }
  // Two levels: the first is the middle one.
  const pairs = points[0]?.recording?.pairs ?? [];
  assert.equal(pairs.length, 3);
  assert.ok(pairs.every((pair) => pair.withoutPerSecond > 0 && pair.withPerSecond > 0 && pair.recorded > 0));
  assert.equal(points[1]?.recording, null);
  assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /Recording a history, c24 \(24 clients\): /);
});
