import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLabDirectory } from '../../results/run-directory.js';
import { runCli, startCli, temporaryDirectory } from './fixture.js';

test('strata lab run: every value, a report in both languages, and the same bytes from a copy', async (t) => {
  const out = join(temporaryDirectory(t), 'lab');
  const { code, stdout, stderr } = await runCli(t, [
    ...['lab', 'run', 'l5', '--quick', '--repeats', '3', '--seed', '5', '--out', out],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Of 2 statements of the document /);
  const { run, experiments } = readLabDirectory(out);
  assert.deepEqual([run.seed, run.mode, run.experiments], [5, 'quick', ['L5']]);
  const [{ rounds, state }] = experiments as [(typeof experiments)[0]];
  assert.equal(state, 'done');
  assert.deepEqual(
    rounds.map(({ warmUp, runs }) => [warmUp, runs.map(({ arm }) => arm).sort()]),
    [true, false, false, false].map((warmUp) => [warmUp, ['dsync', 'fdatasync', 'fsync']]),
  );
  for (const { values } of rounds.flatMap(({ runs }) => runs)) {
    assert.ok(values.preallocated! > 0 && values.growing! > 0, JSON.stringify(values));
  }
  assert.equal(existsSync(join(out, 'scratch')), false);
  const copy = join(temporaryDirectory(t), 'lab');
  for (const name of ['lab', 'run.json']) cpSync(join(out, name), join(copy, name), { recursive: true });
  const again = await runCli(t, ['report', copy, '--lang', 'en,zh', '--json']);
  assert.equal(again.code, 0, again.stderr);
  const told = JSON.parse(again.stdout) as { experiments: { effects: { verdict: unknown }[] }[] };
  // Three runs are too few to decide anything but what their interval would: there is none.
  assert.deepEqual(
    told.experiments[0]!.effects.slice(0, 2).map(({ verdict }) => verdict),
    [
      { kind: 'undecided', why: 'too few runs' },
      { kind: 'undecided', why: 'too few runs' },
    ],
  );
  for (const path of ['report.md', 'report.zh.md', 'charts/lab-L5.svg', 'charts/lab-L5.zh.svg'])
    assert.equal(readFileSync(join(copy, path), 'utf8'), readFileSync(join(out, path), 'utf8'), path);
});

test('strata lab run that is stopped: exit code 130, a report of what there is', async (t) => {
  const out = join(temporaryDirectory(t), 'lab');
  const cli = startCli(t, ['lab', 'run', 'L8', 'L5', '--quick', '--repeats', '500', '--out', out]);
  let ended = false;
  const result = cli.result.finally(() => {
    ended = true;
  });
  while (!existsSync(join(out, 'lab', 'L5.json'))) {
    assert.equal(ended, false, 'the command ended by itself');
    await sleep(20);
  }
  cli.signal('SIGINT');
  const { code } = await result;
  assert.equal(code, 130);
  const { run, experiments } = readLabDirectory(out);
  assert.deepEqual([run.experiments, experiments[0]!.state], [['L5'], 'interrupted']);
  assert.ok(experiments[0]!.rounds.length >= 1);
  assert.match(readFileSync(join(out, 'report.md'), 'utf8'), /did not come to its end/);
  assert.equal(existsSync(join(out, 'scratch')), false);
});

test('strata lab list names every experiment; an unknown one is a wrong usage', async (t) => {
  const { stdout } = await runCli(t, ['lab', 'list', '--json']);
  const { experiments } = JSON.parse(stdout) as { experiments: { id: string; arms: unknown[] }[] };
  assert.ok(experiments.some(({ id }) => id === 'L5'));
  const { code, stderr } = await runCli(t, ['lab', 'run', 'Z9']);
  assert.equal(code, 2);
  assert.match(stderr, /There is no experiment "z9".*STRATA_LAB_UNKNOWN/);
});
