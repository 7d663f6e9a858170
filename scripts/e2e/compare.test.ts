import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { projectRoot } from '../lib/project-root.js';
import { runCli } from './fixture.js';
import { writeArms } from './made-up-arms.js';

const CLI = fileURLToPath(new URL('../strata.js', import.meta.url));

test('a slower version ends the command with exit code 1, a load cannot be repeated', async (t) => {
  const { base, next } = writeArms(t, 0.1);
  const { code, stdout, stderr } = await runCli(t, ['compare', base, next]);
  assert.deepEqual([code, stderr], [1, '']);
  assert.match(stdout, /^Worse by more than 5\.0 %/);
  const refused = await runCli(t, ['repeat', '--', 'load']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Only sweep and fsync can be repeated, not load\. \(STRATA_USAGE\)\n$/);
});

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

test('the action: only official actions by version, no input inside a script, and its comparison as it runs', async (t) => {
  const folder = join(projectRoot(), '.github');
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const action = parse(read('actions/strata-compare/action.yml')) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: Step[] };
  };
  const workflow = parse(read('workflows/perf.yml')) as { jobs: { compare: { steps: Step[] } } };
  for (const { uses } of [...action.runs.steps, ...workflow.jobs.compare.steps])
    assert.ok(
      uses === undefined ||
        uses.startsWith('./') ||
        /^actions\/(checkout|setup-node|github-script)@v\d+\.\d+\.\d+$/.test(uses),
      uses,
    );
  // What stands between ${{ }} is put into the script before a shell reads it: an input there could be a command.
  for (const { run } of action.runs.steps) assert.doesNotMatch(run ?? '', /\$\{\{/);
  for (const [, name] of read('actions/strata-compare/action.yml').matchAll(/inputs\.([a-z-]+)/g))
    assert.ok(name! in action.inputs, name);

  const { folder: runs, next } = writeArms(t, 0.1);
  cpSync(next, join(runs, 'head'), { recursive: true });
  const step = action.runs.steps.find(({ id }) => id === 'compare')!;
  const judge = action.runs.steps.find(({ id }) => id === 'judge')!;
  const [output, summary] = [join(runs, 'output'), join(runs, 'summary')];
  const inputs = { THRESHOLD: action.inputs.threshold!.default, METRICS: action.inputs.metrics!.default };
  // As a runner calls what says `shell: bash`: the first command that fails ends the step.
  const bash = (script: string, more: Record<string, string>) =>
    spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
      env: {
        ...process.env,
        STRATA: CLI,
        RUNS: runs,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...inputs,
        ...more,
      },
      encoding: 'utf8',
      timeout: 60_000,
    });
  assert.equal(bash(step.run!, {}).status, 0, 'the finding is told before the job fails');
  assert.equal(readFileSync(output, 'utf8'), 'code=1\n');
  assert.match(readFileSync(summary, 'utf8'), /^<!-- strata-compare -->\n\n### 🔴/);
  assert.equal(bash(judge.run!, { CODE: '1' }).status, 1);
  assert.equal(bash(judge.run!, { CODE: '3' }).status, 0);
});
