import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runCli, temporaryDirectory } from './fixture.js';

function fileOf(t: TestContext, lines: readonly (number | string)[]): string {
  const path = join(temporaryDirectory(t), 'numbers.txt');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

const CURVE = ['N,X', ...[1, 2, 4, 8, 16, 32].map((n) => `${n},${(100 * n) / (1 + 0.1 * (n - 1))}`)];

test('usl: coefficients, intervals, and no peak where there is none', async (t) => {
  const path = fileOf(t, CURVE);
  const { code, stdout } = await runCli(t, ['analyze', 'usl', path]);
  assert.equal(code, 0);
  assert.match(stdout, /lambda +100 [\s\S]*sigma +0\.1 [\s\S]*no peak: throughput tends to 1000\n/);
  const json = JSON.parse((await runCli(t, ['analyze', 'usl', path, '--json'])).stdout) as {
    sigma: number;
    peak: unknown;
  };
  assert.ok(Math.abs(json.sigma - 0.1) < 1e-6);
  assert.equal(json.peak, null);
});

test('usl: throughput that does not change has no R², neither printed nor in the document', async (t) => {
  const path = fileOf(
    t,
    [1, 2, 4, 8, 16, 32].map((n) => `${n},1000`),
  );
  const { code, stdout } = await runCli(t, ['analyze', 'usl', path]);
  assert.equal(code, 0);
  assert.match(stdout, /\nresidual standard error /);
  assert.doesNotMatch(stdout, /R²|NaN|Infinity/);
  const json = await runCli(t, ['analyze', 'usl', path, '--json']);
  assert.equal((JSON.parse(json.stdout) as { rSquared: unknown }).rSquared, null);
});

test('usl: a curve that only falls does not grow, and a peak that no point saw is said to be outside', async (t) => {
  const clients = [1, 2, 4, 8, 16, 32];
  const falling = clients.map((n) => `${n},${100 / (1 + 0.1 * (n - 1))}`);
  const { stdout } = await runCli(t, ['analyze', 'usl', fileOf(t, falling)]);
  assert.match(stdout, /no peak: throughput falls from the first client on\n/);
  // Its peak is at 20 clients.
  const curve = (n: number): string => `${n},${(100 * n) / (1 + 0.02 * (n - 1) + 0.00245 * n * (n - 1))}`;
  const behind = fileOf(t, [50, 100, 200, 400, 800, 1600].map(curve));
  assert.match(
    (await runCli(t, ['analyze', 'usl', behind])).stdout,
    /outside the measured range: every point/,
  );
  const { peak } = JSON.parse((await runCli(t, ['analyze', 'usl', behind, '--json'])).stdout) as {
    peak: { outsideRange: boolean };
  };
  assert.equal(peak.outsideRange, true);
});

test('samples of requests, with a line of names, are compared too', async (t) => {
  const sample = (shift: number) =>
    fileOf(t, ['us', ...Array.from({ length: 3_000 }, (_, at) => at + shift)]);
  const [base, next] = [sample(1), sample(201)];
  const { code, stdout } = await runCli(t, ['analyze', 'compare', base, next]);
  assert.equal(code, 0);
  assert.match(stdout, /^\+13\.3 % {2}\(p<0\.0001, normal Mann-Whitney\)\nshift 200, /m);
  assert.match(
    stdout,
    /\nWith more than 2000 values in a sample there is no bootstrap of the ratio, and no noise/,
  );
  const json = JSON.parse((await runCli(t, ['analyze', 'compare', base, next, '--json'])).stdout) as {
    ratio: unknown;
    noise: unknown;
    leftOut: readonly string[];
  };
  assert.deepEqual([json.ratio, json.noise, json.leftOut.length], [null, null, 1]);
});

test('numbers below 0 are compared by their size', async (t) => {
  const found = await runCli(t, [
    'analyze',
    'compare',
    fileOf(t, [-10, -10, -10]),
    fileOf(t, [-5, -5, -5]),
    '--json',
  ]);
  assert.equal((JSON.parse(found.stdout) as { delta: number }).delta, 0.5);
  const series = [...Array(24).keys()].map((at) => (at < 12 ? -10 : 10) + (at % 3) / 10);
  const { stdout } = await runCli(t, [
    'analyze',
    'changes',
    fileOf(t, series),
    '--magnitude',
    '0.5',
    '--json',
  ]);
  assert.deepEqual((JSON.parse(stdout) as { indices: number[] }).indices, [12]);
});

test('compare: a size where the samples differ, a ~ where nobody can tell', async (t) => {
  const base = fileOf(t, [100, 101, 99, 102, 98]);
  const slower = fileOf(t, [110, 111, 109, 112, 108]);
  const found = await runCli(t, ['analyze', 'compare', base, slower]);
  assert.equal(found.code, 0);
  assert.match(found.stdout, /\+10\.0 % {2}\(p=0\.0079, exact Mann-Whitney\)/);
  assert.match(found.stdout, /^ratio 1\.1, 1\.0\d+ to 1\.1\d* \(bootstrap, BCa\)$/m);
  assert.match(found.stdout, /^halves of the base differ by up to \d\.\d % \(95 % of 15 splits\)$/m);
  assert.match(found.stdout, /^a shift of \d\.\d+ would be found in 80 % of the cases$/m);
  const same = await runCli(t, ['analyze', 'compare', base, base]);
  assert.match(same.stdout, /^~ {2}\(0 %, p=1\.0000, exact Mann-Whitney\)$/m);
  const few = await runCli(t, ['analyze', 'compare', fileOf(t, [1, 2]), fileOf(t, [8, 9])]);
  assert.match(few.stdout, /too few to tell: p can only reach 0\.05 with 4 values on each side/);
  assert.match(few.stdout, /^ratio 5\.66667$/m);
});

test('changes: the index of the first value after each', async (t) => {
  const series = [...Array(12).keys()].map((index) => (index < 6 ? 100 : 120) + (index % 3));
  const { code, stdout } = await runCli(t, ['analyze', 'changes', fileOf(t, series), '--json']);
  assert.equal(code, 0);
  assert.deepEqual((JSON.parse(stdout) as { indices: number[] }).indices, [6]);
  assert.match(
    (await runCli(t, ['analyze', 'changes', fileOf(t, [5, 5, 5])])).stdout,
    /no change in 3 values/,
  );
});

test('what is no number, or not enough of them, is said in a sentence: exit code 2', async (t) => {
  const refused = async (lines: readonly string[], command: string, sentence: RegExp): Promise<void> => {
    const { code, stderr } = await runCli(t, ['analyze', command, fileOf(t, lines)]);
    assert.equal(code, 2);
    assert.match(stderr, sentence);
  };
  await refused(['1', '2ms'], 'changes', /line 2: "2ms" is no number\. \(STRATA_NUMBERS_INVALID\)/);
  await refused(['1,100', '2,101'], 'changes', /line 1: 2 fields where one number belongs.* cut -d, -f2/);
  await refused([], 'changes', /numbers\.txt holds no number\. \(STRATA_NUMBERS_INVALID\)/);
  await refused(['N,X'], 'usl', /"N" is no number/);
  const twice = await runCli(t, ['analyze', 'compare', '-', '-']);
  assert.deepEqual([twice.code, /Only one of the two samples/.test(twice.stderr)], [2, true]);
  const many = Array.from({ length: 501 }, (_, at) => `${at + 1},${at + 1}`);
  await refused(many, 'usl', /at most 500 points, not 501/);
  await refused(CURVE.slice(0, 4), 'usl', /at least 6 different numbers of clients, and there are 3/);
  assert.equal((await runCli(t, ['analyze', 'usl', '/nowhere'])).code, 4);
  assert.equal((await runCli(t, ['analyze'])).code, 2);
});
