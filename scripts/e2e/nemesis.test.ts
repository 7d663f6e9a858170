import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { NodeConfigInput } from '../../server/config/config.js';
import type { Series } from '../nemesis/series.js';
import { ask, runCli, startCli, statusOf, temporaryDirectory, until } from './fixture.js';

test('A2.2 A2.10 a mixed nemesis run: the history is linearizable, the members end equal, and something was tested', async (t) => {
  const out = join(temporaryDirectory(t), 'runs');
  const faults = 'partition,flaky,kill,pause,restart';
  const words = ['--duration', '12s', '--nodes', '5', '--seed', '4', '--faults', faults, '--out', out];
  const { code, stdout, stderr } = await runCli(t, ['nemesis', ...words, '--json']);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const { runs } = JSON.parse(stdout) as Series;
  const [run] = runs as [Series['runs'][number]];
  assert.equal(run.verdict, 'green');
  assert.ok(run.faults.some((fault) => fault.happened && fault.leaderInMinority));
  for (const name of ['history.jsonl', 'faults.jsonl', 'summary.json', 'node-1/node.log'])
    assert.ok(existsSync(join(run.directory, name)), name);
  assert.ok(!existsSync(join(run.directory, 'node-1', 'data')), 'the data of a green run is not kept');
  t.diagnostic(JSON.stringify(run.figures));
});

test('the canary: stale reads that are recorded as linearizable come out red, with a counterexample and the way to repeat it', async (t) => {
  const out = join(temporaryDirectory(t), 'runs');
  const words = ['--duration', '8s', '--nodes', '3', '--seed', '5', '--faults', 'partition', '--out', out];
  const { code, stdout } = await runCli(t, ['nemesis', ...words, '--canary', 'stale-reads']);
  assert.equal(code, 1, stdout);
  assert.match(stdout, /not linearizable: no order explains/);
  assert.match(stdout, /again: strata nemesis --seed 5 .*--canary stale-reads/);
  for (const [name, what] of [
    ['counterexample.svg', /<svg/],
    ['counterexample.txt', /./],
  ] as const)
    assert.match(readFileSync(join(out, 'seed-5', name), 'utf8'), what);
});

test('Ctrl-C in the middle of a run ends every process that it started', async (t) => {
  const out = join(temporaryDirectory(t), 'runs');
  const cli = startCli(t, [
    'nemesis',
    '--duration',
    '60s',
    '--nodes',
    '3',
    '--seed',
    '6',
    '--faults',
    'pause',
    '--out',
    out,
  ]);
  const log = join(out, 'seed-6', 'history.jsonl');
  await until(
    async () => existsSync(log) && readFileSync(log, 'utf8').length > 10_000,
    'clients are at work',
  );
  const urls = [1, 2, 3].map((id) => urlOf(join(out, 'seed-6', `node-${id}`, 'config.json')));
  await statusOf(urls[0]!);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  for (const url of urls) await assert.rejects(ask(url, 'GET', '/cluster'), /ECONNREFUSED/);
});

function urlOf(configPath: string): string {
  const { id, members } = JSON.parse(readFileSync(configPath, 'utf8')) as NodeConfigInput;
  const { host, httpPort } = members.find((member) => member.id === id)!;
  return `http://${host}:${httpPort}`;
}
