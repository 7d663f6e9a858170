import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabExperiment } from '../../../../results/schema/index.js';
import { runCli, startCli, temporaryDirectory } from '../../../e2e/fixture.js';

test('an experiment runs through the command line, and leaves figures and no process', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const { code, stderr } = await runCli(t, ['lab', 'run', 'C1', '--quick', '--repeats', '1', '--out', out]);
  assert.equal(code, 0, stderr);
  const experiment = LabExperiment.parse(JSON.parse(readFileSync(join(out, 'lab', 'C1.json'), 'utf8')));
  assert.equal(experiment.state, 'done', experiment.because ?? '');
  const runs = experiment.rounds.flatMap((round) => round.runs);
  assert.deepEqual(runs.map(({ arm }) => arm).sort(), ['follower', 'leader']);
  for (const { values } of runs) assert.ok(values['peer-traffic']! > 0, JSON.stringify(values));
  assert.deepEqual(processesBelow(out), []);
});

test('an interruption ends the nodes, and removes what they wrote', async (t) => {
  const out = join(temporaryDirectory(t), 'run');
  const cli = startCli(t, ['lab', 'run', 'C1', '--quick', '--repeats', '1', '--out', out]);
  let hasEnded = false;
  void cli.result.then(() => {
    hasEnded = true;
  });
  while (!hasEnded && processesBelow(out).length < 3) await sleep(20);
  cli.signal('SIGINT');
  const { code, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  assert.deepEqual(processesBelow(out), []);
  assert.equal(existsSync(join(out, 'scratch')), false);
});

/** Ids of processes with a path below the folder in their command line. */
function processesBelow(directory: string): number[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids
    .filter((id) => Number(id) !== process.pid && commandLineOf(id).includes(`${directory}/`))
    .map(Number);
}

function commandLineOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
