import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { capturesOf, readRunDirectory } from '../../results/run-directory.js';
import { projectRoot } from '../lib/project-root.js';
import { runCli, temporaryDirectory } from './fixture.js';

const SAMPLE = join(projectRoot(), 'results', 'sample-sweep');
const PASSES = join(SAMPLE, 'points', 'mid', 'passes');
const MID = readRunDirectory(SAMPLE).points.find(({ ref }) => ref.id === 'mid')!;
const PROFILES = capturesOf(MID.passes.find(({ pass }) => pass.probe === 'cpu-profile')!, 'strata.cpu/1');
const LEADER = PROFILES.find(({ role }) => role === 'leader')!;
const CAPTURE = join(PASSES, 'cpu-profile', `node-${LEADER.node}.json`);

/** A copy of the sample run, so that nothing is written into it. */
function copyOfSample(t: TestContext): string {
  const run = join(temporaryDirectory(t), 'run');
  cpSync(SAMPLE, run, { recursive: true });
  return run;
}

test('a run: a picture for each node and a page with all of them, the same bytes again', async (t) => {
  const run = copyOfSample(t);
  const args = ['flame', run, '--probe', 'cpu-profile'];
  const { code, stdout, stderr } = await runCli(t, args);
  assert.equal(code, 0, stderr);
  const paths = stdout.trimEnd().split('\n');
  const pictures = PROFILES.map(({ role, node }) => `mid-${role}-node${node}-cpu-profile.svg`);
  assert.deepEqual(
    paths,
    [...pictures, 'flame.html'].map((name) => join(run, 'flame', name)),
  );
  const first = paths.map((path) => readFileSync(path, 'utf8'));
  for (const picture of first.slice(0, -1)) assert.match(picture, /^<svg xmlns[\s\S]*<title>#drain/);
  assert.match(first.at(-1)!, /^<!doctype html>/);
  assert.equal((await runCli(t, args)).code, 0);
  assert.deepEqual(
    paths.map((path) => readFileSync(path, 'utf8')),
    first,
  );
});

test('a capture in every format: the sums are those of the capture', async (t) => {
  const out = temporaryDirectory(t);
  const format = 'folded,speedscope,pprof,cpuprofile';
  const { code, stdout, stderr } = await runCli(t, [
    'flame',
    CAPTURE,
    '--format',
    format,
    '--out',
    out,
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  const { files } = JSON.parse(stdout) as { files: { path: string; format: string }[] };
  const read = (format: string): Buffer => readFileSync(files.find((file) => file.format === format)!.path);
  const { sampledUs } = JSON.parse(readFileSync(CAPTURE, 'utf8')) as { sampledUs: number };
  const folded = read('folded').toString().trimEnd().split('\n');
  assert.equal(
    folded.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0),
    sampledUs,
  );
  assert.equal(JSON.parse(read('speedscope').toString()).profiles[0].endValue, sampledUs);
  assert.equal(JSON.parse(read('cpuprofile').toString()).endTime, sampledUs);
  const { sample } = Profile.decode(gunzipSync(read('pprof')));
  assert.equal(
    sample.reduce((sum, { value }) => sum + Number(value[0]), 0),
    sampledUs * 1_000,
  );
});

test('two runs: what changed both ways, a table of layers on stderr, how many captures it takes', async (t) => {
  const out = temporaryDirectory(t);
  const args = [
    'flame',
    SAMPLE,
    '--against',
    SAMPLE,
    '--node',
    'leader',
    '--probe',
    'cpu-profile',
    '--out',
    out,
  ];
  const { code, stdout, stderr } = await runCli(t, args);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /diff-leader-cpu-profile\.svg\n.*flame\.html\n$/);
  assert.match(
    stderr,
    /New against base: leader, cpu-profile\nlayer +base +new +shift[\s\S]*~ \(too few captures\)[\s\S]*6 captures on each side could/,
  );
  assert.equal(existsSync(join(SAMPLE, 'flame', 'flame.html')), false);
});

/** `[name, arguments, exit code, what stderr must say]` */
const REFUSED: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['nothing there', ['/nonexistent'], 4, /\/nonexistent is no run directory and cannot be read as a capture/],
  ['a folder that is no run', [join(projectRoot(), 'server')], 3, /run\.json cannot be read/],
  ['a point that is not there', [SAMPLE, '--point', 'noon'], 2, /has no point noon; it has .*mid/],
  [
    'a probe that did not run',
    [CAPTURE, '--probe', 'hope'],
    2,
    /has no capture by hope; it has cpu-profile of leader/,
  ],
  [
    'a node that is not there',
    [CAPTURE, '--node', '99'],
    2,
    /no capture by 99; it has cpu-profile of leader/,
  ],
  ['a format that is none', [CAPTURE, '--format', 'svg,pdf'], 2, /"pdf" is none of svg, html, folded/],
  ['a node that is none', [CAPTURE, '--node', 'boss'], 2, /leader, follower or the id/],
  ['a document without stacks', [join(SAMPLE, 'run.json')], 2, /is strata\.run\/\d, which has no stacks/],
  [
    'a raw profile',
    [CAPTURE.replace('.json', '.cpuprofile')],
    2,
    /says of itself nothing that is known here/,
  ],
];

for (const [name, args, exitCode, sentence] of REFUSED) {
  test(`${name}: exit code ${exitCode} and one sentence`, async (t) => {
    const out = temporaryDirectory(t);
    const { code, stdout, stderr } = await runCli(t, ['flame', ...args, '--out', out]);
    assert.equal(code, exitCode, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^strata: [^\n]+ \(STRATA_[A-Z_]+\)\n$/);
    assert.match(stderr, sentence);
    assert.deepEqual(readdirSync(out), []);
  });
}

/** The sample run without the passes of the points that `drops` names. */
function withoutPasses(t: TestContext, drops: (id: string) => boolean): string {
  const run = copyOfSample(t);
  const path = join(run, 'run.json');
  const document = JSON.parse(readFileSync(path, 'utf8')) as { points: { id: string; passes: string[] }[] };
  for (const point of document.points) if (drops(point.id)) point.passes = [];
  writeFileSync(path, JSON.stringify(document));
  return run;
}

test('a point without stacks: exit code 2 and those that have some', async (t) => {
  const run = withoutPasses(t, (id) => id !== 'mid');
  const { code, stderr } = await runCli(t, ['flame', run, '--point', 'low']);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /Point low of .* has no captured stacks; choose --point from mid\./);
});

test('a run without stacks: exit code 3 and how to get some', async (t) => {
  const { code, stderr } = await runCli(t, ['flame', withoutPasses(t, () => true)]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /holds no captured stacks\. .*strata sweep --probes cpu-profile/);
});

test('captures of different probes cannot be compared: exit code 3', async (t) => {
  const out = temporaryDirectory(t);
  const other = join(out, 'other.json');
  const capture = JSON.parse(readFileSync(CAPTURE, 'utf8')) as object;
  writeFileSync(other, JSON.stringify({ ...capture, probe: 'http-profile' }));
  const { code, stderr } = await runCli(t, ['flame', CAPTURE, '--against', other, '--out', out]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /captures by cpu-profile, there by http-profile/);
});

test('the help has examples', async (t) => {
  const { code, stdout } = await runCli(t, ['flame', '--help']);
  assert.equal(code, 0);
  assert.match(stdout, /Usage: strata flame[\s\S]*Examples:[\s\S]*strata flame /);
});
