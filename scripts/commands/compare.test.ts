import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CommanderError } from 'commander';
import { checkRunDirectory } from '../../results/check-run-directory.js';
import { writeArms } from '../e2e/made-up-arms.js';
import { renderError } from '../lib/cli-error.js';
import { usageError } from '../lib/usage-error.js';
import { compareCommand } from './compare.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** The line of a refusal. */
  readonly stderr: string;
  /** What else was written to stderr. */
  readonly notes: string;
}

/** The command within this process: a process of its own for each case would take most of the time of these tests. */
async function compare(args: readonly string[]): Promise<Outcome> {
  const printed: string[] = [];
  const noted: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = (text: string | Uint8Array): boolean => noted.push(String(text)) > 0;
  const outcome = (code: number, stderr: string): Outcome => ({
    code,
    stdout: printed.join(''),
    stderr,
    notes: noted.join(''),
  });
  const command = compareCommand((text) => printed.push(`${text}\n`));
  command.exitOverride().configureOutput({ outputError: () => {} });
  process.exitCode = 0;
  try {
    await command.parseAsync([...args], { from: 'user' });
    return outcome(Number(process.exitCode), '');
  } catch (error) {
    const refusal = error instanceof CommanderError ? usageError(error, 'strata compare') : error;
    const { line, exitCode } = renderError(refusal);
    return outcome(exitCode, line);
  } finally {
    process.stderr.write = write;
    // The finding is the command's, not the test's.
    process.exitCode = 0;
  }
}

test('a slower version: exit code 1, the row, and the same as a document and as a comment', async (t) => {
  const { base, next } = writeArms(t, 0.1);
  const { code, stdout, stderr } = await compare([base, next]);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^Worse by more than 5\.0 %: throughput at (mid|high) -(9|10)\.\d %/);
  const json = await compare([base, next, '--json', '--lang', 'zh']);
  const found = JSON.parse(json.stdout) as { verdict: string; rows: { because: string | null }[] };
  assert.equal(found.verdict, 'regression');
  assert.ok(
    found.rows.every(({ because }) => because === null || /^[ -~]+$/.test(because)),
    'a document is in English',
  );
  const comment = await compare([base, next, '--markdown', '--lang', 'zh']);
  assert.match(comment.stdout, /^<!-- strata-compare -->\n\n### 🔴 性能/);
  // Somebody who allows a fifth, and somebody who looks at one metric.
  assert.equal((await compare([base, next, '--threshold', '20%'])).code, 0);
  const one = await compare([base, next, '--metrics', 'fsync']);
  assert.equal(one.code, 0);
  assert.match(one.stdout, /^~ No difference can be told with 8 and 8 runs in 2 rows/);
});

test('the same version is a ~; one run on each side says how many it takes: exit code 3', async (t) => {
  const { base, next } = writeArms(t, 0);
  const same = await compare([base, next]);
  assert.equal(same.code, 0, same.stderr);
  assert.match(same.stdout, /^~ No difference can be told/);
  const [first] = readdirSync(base).map((name) => join(base, name));
  const [other] = readdirSync(next).map((name) => join(next, name));
  const single = await compare([first!, other!]);
  assert.equal(single.code, 3);
  assert.match(single.stdout, /^~ Nothing can be said.*at least 6 runs on each side/);
  const twice = await compare([base, `${first},${other}`]);
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /stands on both sides/);
});

test('another machine is not compared: exit code 3 and what differs, unless it is forced', async (t) => {
  const { base, next } = writeArms(t, 0.5);
  for (const name of readdirSync(next)) {
    const path = join(next, name, 'run.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"cpuCount": 2', '"cpuCount": 64'));
  }
  const refused = await compare([base, next]);
  assert.equal(refused.code, 3);
  assert.match(refused.stdout, /^Not comparable.*\n[\s\S]*machine\.cpuCount +2 +64/);
  const forced = await compare([base, next, '--force']);
  assert.equal(forced.code, 1);
  assert.match(forced.stdout, /Compared all the same \(--force\)/);
});

test('a folder of baselines: save, compare with the newest that fits, history', async (t) => {
  const { folder, base, next } = writeArms(t, 0.1);
  const store = join(folder, 'baselines');
  assert.equal((await compare(['--baseline', store, next])).code, 3, 'there is none yet');
  const saved = await compare(['--save', store, base]);
  assert.deepEqual([saved.code, saved.stdout], [0, `8 of 8 runs added to ${store}\n`]);
  assert.match((await compare(['--save', store, base])).stdout, /^0 of 8/);
  const asJson = JSON.parse((await compare(['--save', store, base, '--json'])).stdout) as object;
  assert.deepEqual(asJson, { schema: 'strata.compare-saved/1', runs: 8, folders: [] });
  for (const name of readdirSync(store)) assert.deepEqual(checkRunDirectory(join(store, name)).problems, []);
  const slower = await compare(['--baseline', store, next, '--save', store]);
  assert.equal(slower.code, 1, slower.stderr);
  assert.equal(readdirSync(store).length, 16);
  // Made in turns, a history of both would alternate: a second day makes it one.
  const later = join(folder, 'later');
  cpSync(base, later, { recursive: true });
  for (const name of readdirSync(next)) {
    const path = join(later, name, 'run.json');
    cpSync(join(next, name), join(later, name), { recursive: true });
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('2001-01-01', '2001-01-02'));
  }
  const history = await compare(['--history', later]);
  assert.equal(history.code, 1, history.stderr);
  assert.match(history.stdout, /mid +throughput +bbbbbbb .*worse/);
  assert.match((await compare(['--history', base])).stdout, /^~ No change in 8 runs/);
});

test('a new folder of baselines is begun by the command that compares with it later', async (t) => {
  const { folder, base, next } = writeArms(t, 0.1);
  const store = join(folder, 'baselines');
  const both = (runs: string, ...more: string[]) =>
    compare(['--baseline', store, '--save', store, runs, ...more]);
  const first = await both(base);
  assert.deepEqual([first.code, first.stdout], [0, `8 of 8 runs added to ${store}\n`]);
  assert.equal(
    first.notes,
    `${store} holds no other run of this machine, configuration and workload: nothing is compared.\n`,
  );
  const again = await both(base, '--json');
  assert.deepEqual(
    [again.code, JSON.parse(again.stdout)],
    [0, { schema: 'strata.compare-saved/1', runs: 8, folders: [] }],
  );
  const slower = await both(next);
  assert.equal(slower.code, 1, slower.stderr);
  assert.match(slower.stdout, /^Worse by more than 5\.0 %.*[\s\S]*\n8 of 8 runs added to /);
  // What is saved elsewhere would never become a base: a wrong name must not let everything pass.
  const elsewhere = await compare(['--baseline', join(folder, 'none'), '--save', store, next]);
  assert.equal(elsewhere.code, 3, elsewhere.stdout);
  assert.match(elsewhere.stderr, /STRATA_BASELINE_NONE/);
  const fresh = join(folder, 'fresh');
  const comment = await compare(['--baseline', fresh, '--save', `${fresh}/`, next, '--markdown']);
  assert.deepEqual([comment.code, comment.stdout], [0, '']);
  // Without --save there is nothing that the command could do.
  const alone = await compare(['--baseline', join(folder, 'none'), next]);
  assert.equal(alone.code, 3);
  assert.match(alone.stderr, /strata compare --save .*none NEW adds one\. \(STRATA_BASELINE_NONE\)$/);
});

test('what cannot be compared is said in a sentence', async (t) => {
  const { base, next } = writeArms(t, 0);
  const refused = async (args: readonly string[], code: number, sentence: RegExp): Promise<void> => {
    const result = await compare(args);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, /^strata: [^\n]+ \(STRATA_[A-Z_]+\)$/);
    assert.match(result.stderr, sentence);
  };
  await refused([base], 2, /strata compare BASE NEW/);
  await refused([base, '/nowhere'], 3, /\/nowhere is no run directory/);
  await refused([base, next, '--threshold', 'much'], 2, /such as 5% or 0\.05/);
  await refused([base, next, '--metrics', 'luck'], 2, /no metric luck; there are throughput/);
  await refused([base, next, '--json', '--markdown'], 2, /one of --json and --markdown/);
  await refused(['--history', base, next], 2, /--history takes a folder/);
  const file = join(base, readdirSync(base)[0]!, 'run.json');
  await refused(['--save', file, base], 2, /run\.json is a file; name a folder, new or old/);
  writeFileSync(join(base, readdirSync(base)[0]!, 'points', 'mid', 'summary.json'), '{}');
  await refused([base, next], 3, /summary\.json: field/);
});
