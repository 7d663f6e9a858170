import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { COMMENT_MARK } from '../../analysis/compare/render-markdown.js';
import { projectRoot } from '../lib/project-root.js';
import { runCli, temporaryDirectory } from './fixture.js';
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
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const readText = (path: string): string => readFileSync(join(projectRoot(), '.github', path), 'utf8');
const ACTION_FILE = 'actions/strata-compare/action.yml';
const ACTION = parse(readText(ACTION_FILE)) as Action;

function step(id: string): string {
  return ACTION.runs.steps.find((one) => one.id === id)!.run!;
}

/** As a runner calls what says `shell: bash`: the first command that fails ends the step. */
function bash(script: string, env: Readonly<Record<string, string>>, cwd = projectRoot()) {
  return spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    env: { ...process.env, STRATA: CLI, ...env },
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  });
}

function compareStep(runs: string) {
  const [output, summary] = [join(runs, 'output'), join(runs, 'summary')];
  const { status, stderr } = bash(step('compare'), {
    RUNS: runs,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    THRESHOLD: ACTION.inputs.threshold!.default,
    METRICS: ACTION.inputs.metrics!.default,
  });
  return { status, stderr, output: readFileSync(output, 'utf8'), summary: readFileSync(summary, 'utf8') };
}

test('the action: only official actions by version, no input inside a script, and its comparison as it runs', (t) => {
  const workflow = parse(readText('workflows/perf.yml')) as { jobs: { compare: { steps: Step[] } } };
  for (const { uses } of [...ACTION.runs.steps, ...workflow.jobs.compare.steps])
    assert.ok(
      uses === undefined ||
        uses.startsWith('./') ||
        /^actions\/(checkout|setup-node|github-script)@v\d+\.\d+\.\d+$/.test(uses),
      uses,
    );
  // What stands between ${{ }} is put into the script before a shell reads it: an input there could be a command.
  for (const { run, with: given } of ACTION.runs.steps)
    assert.doesNotMatch(`${run} ${given?.script}`, /\$\{\{/);
  for (const [, name] of readText(ACTION_FILE).matchAll(/inputs\.([a-z-]+)/g))
    assert.ok(name! in ACTION.inputs, name);

  const { folder: runs, next } = writeArms(t, 0.1);
  cpSync(next, join(runs, 'head'), { recursive: true });
  const { status, output, summary } = compareStep(runs);
  assert.equal(status, 0, 'the finding is told before the job fails');
  assert.equal(output, 'code=1\n');
  assert.match(summary, /^<!-- strata-compare -->\n\n### 🔴/);
  assert.equal(bash(step('judge'), { CODE: '1' }).status, 1);
  assert.equal(bash(step('judge'), { CODE: '3' }).status, 0);
});

test('the action tells why when nothing could be compared, and fails for anything but a finding', (t) => {
  const { folder: runs, next } = writeArms(t, 0);
  mkdirSync(join(runs, 'head'));
  const none = compareStep(runs);
  assert.deepEqual([none.status, none.output], [0, 'code=3\n']);
  assert.match(none.stderr, /head is no run directory.*\(STRATA_RUNS_NONE\)/);
  assert.equal(none.summary, readFileSync(join(runs, 'comment.md'), 'utf8'));
  assert.match(
    none.summary,
    /^<!-- strata-compare -->\n\n### ⚪ Performance\n\nNothing was compared \(exit code 3\):/,
  );
  assert.match(none.summary, /\n {4}strata: \S+head is no run directory/);

  // A run named twice is a usage error: the job fails, and its summary says why.
  cpSync(next, join(runs, 'head'), { recursive: true });
  cpSync(join(next, readdirSync(next)[0]!), join(runs, 'head', 'again'), { recursive: true });
  const twice = compareStep(runs);
  assert.equal(twice.status, 2);
  assert.match(twice.summary, /Nothing was compared \(exit code 2\):[\s\S]*is named twice/);
});

interface Comment {
  readonly id: number;
  readonly user: { readonly type: string };
  readonly body: string;
}

test('the action writes its own comment anew, and never another one', async (t) => {
  const path = join(temporaryDirectory(t), 'comment.md');
  const script = ACTION.runs.steps.find(({ uses }) => uses?.startsWith('actions/github-script'))!.with!
    .script!;
  /** What the step asks of GitHub for this text and these comments. */
  const asked = async (text: string, comments: readonly Comment[]): Promise<string[]> => {
    writeFileSync(path, text);
    process.env.COMMENT = path;
    const calls: string[] = [];
    const github = {
      paginate: async () => comments,
      rest: {
        issues: {
          listComments: null,
          createComment: async ({ body }: { body: string }) => calls.push(`create ${body}`),
          updateComment: async (sent: { comment_id: number; body: string }) =>
            calls.push(`update ${sent.comment_id} ${sent.body}`),
        },
      },
    };
    const core = {
      warning: (line: string) => calls.push(line),
      setFailed: (line: string) => calls.push(line),
    };
    const context = { repo: { owner: 'o', repo: 'r' }, issue: { number: 1 } };
    const run = new Function('require', 'github', 'context', 'core', `return (async () => {${script}})()`);
    await run(createRequire(import.meta.url), github, context, core);
    delete process.env.COMMENT;
    return calls;
  };
  const comment = (id: number, type: string, body: string): Comment => ({ id, user: { type }, body });
  const text = `${COMMENT_MARK}\n\nworse\n`;
  const others = [comment(1, 'Bot', 'coverage'), comment(2, 'User', text), comment(3, 'Bot', `a\n${text}`)];
  assert.deepEqual(await asked(text, others), [`create ${text}`]);
  assert.deepEqual(await asked(text, [...others, comment(4, 'Bot', `${COMMENT_MARK}\nold`)]), [
    `update 4 ${text}`,
  ]);
  assert.deepEqual(await asked('', others), ['The comparison does not begin with its mark.']);
});

test('the action builds in new folders, as often as a checkout is measured', (t) => {
  const folder = temporaryDirectory(t);
  const [checkout, tools, output] = [join(folder, 'checkout'), join(folder, 'bin'), join(folder, 'output')];
  mkdirSync(checkout);
  mkdirSync(tools);
  // What npm does with a build is not asked here: in which folders it is called is.
  writeFileSync(join(tools, 'npm'), '#!/bin/sh\necho "$1 in $PWD"\n', { mode: 0o755 });
  const git = 'git -c user.name=t -c user.email=t@t -c commit.gpgsign=false';
  const made = bash(
    `git init -q . && ${git} commit -q --allow-empty -m 1 && ${git} commit -q --allow-empty -m 2`,
    {},
    checkout,
  );
  assert.equal(made.status, 0, made.stderr);
  const job = () => {
    writeFileSync(output, '');
    const env = { RUNNER_TEMP: folder, GITHUB_OUTPUT: output, GITHUB_WORKSPACE: checkout };
    assert.equal(bash(step('folders'), env, checkout).status, 0);
    const [, base, runs] = /^base=(.+)\nruns=(.+)\n$/.exec(readFileSync(output, 'utf8'))!;
    const more = { ...env, BASE: 'HEAD^1', BASE_FOLDER: base!, PATH: `${tools}:${process.env.PATH}` };
    const built = bash(step('build'), more, checkout);
    assert.equal(built.status, 0, built.stderr);
    for (const place of [base!, checkout]) {
      const calls = built.stdout.split('\n').filter((line) => line.endsWith(` in ${realpathSync(place)}`));
      assert.equal(calls.length, 2, built.stdout);
    }
    return { base: base!, runs: runs! };
  };
  const first = job();
  const second = job();
  assert.equal(new Set([first.base, first.runs, second.base, second.runs]).size, 4);
  // A runner empties its folder of temporary files between two jobs; git is told nothing of it.
  rmSync(dirname(first.base), { recursive: true });
  rmSync(dirname(second.base), { recursive: true });
  job();
  const worktrees = bash('git worktree list', {}, checkout).stdout.trim().split('\n');
  assert.equal(worktrees.length, 2, 'the checkout and the base of the last job');
});
