import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runCli, temporaryDirectory } from './fixture.js';

const LINES = {
  written: '{"process":0,"type":"invoke","f":"put","key":"k","value":"a","time":1}',
  wrote: '{"process":0,"type":"ok","f":"put","key":"k","value":"a","time":2}',
  asked: '{"process":0,"type":"invoke","f":"get","key":"k","value":null,"time":3}',
  right: '{"process":0,"type":"ok","f":"get","key":"k","value":"a","time":4}',
  wrong: '{"process":0,"type":"ok","f":"get","key":"k","value":null,"time":4}',
} as const;
const GOOD = [LINES.written, LINES.wrote, LINES.asked, LINES.right];
const BAD = [LINES.written, LINES.wrote, LINES.asked, LINES.wrong];

function historyFile(t: TestContext, lines: readonly string[]): string {
  const path = join(temporaryDirectory(t), 'history.jsonl');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

test('a linearizable history: exit code 0', async (t) => {
  const { code, stdout } = await runCli(t, ['check', historyFile(t, GOOD)]);
  assert.equal(code, 0);
  assert.match(stdout, /linearizable \(2 operations on 1 key, 0 of them open\)\n$/);
});

test('one that is not: exit code 1, a drawing for the terminal and one in a file', async (t) => {
  const svg = join(temporaryDirectory(t), 'why.svg');
  const { code, stdout } = await runCli(t, ['check', historyFile(t, BAD), '--svg', svg]);
  assert.equal(code, 1);
  assert.match(stdout, /not linearizable[\s\S]*put "a" +├─*1─*┤[\s\S]*get → null +├─*✗─*┤/);
  assert.match(readFileSync(svg, 'utf8'), /^<svg xmlns/);
});

test('several files, as JSON: the worst decides, each has its verdict', async (t) => {
  const files = [historyFile(t, GOOD), historyFile(t, BAD), historyFile(t, [LINES.written])];
  const { code, stdout } = await runCli(t, ['check', ...files, '--json']);
  assert.equal(code, 1);
  const document = JSON.parse(stdout) as { files: { file: string; verdict: string }[] };
  assert.deepEqual(
    document.files.map(({ file, verdict }) => [file, verdict]),
    files.map((file, index) => [file, ['linearizable', 'not-linearizable', 'unknown'][index]]),
  );
});

test('a history in which nothing completed: exit code 3', async (t) => {
  const { code, stdout } = await runCli(t, ['check', historyFile(t, [LINES.written])]);
  assert.equal(code, 3);
  assert.match(stdout, /unknown: no operation completed/);
});

test('a value before the first operation', async (t) => {
  const file = historyFile(t, [LINES.asked, LINES.right]);
  assert.equal((await runCli(t, ['check', file])).code, 1);
  assert.equal((await runCli(t, ['check', file, '--initial', '{"k":"a"}'])).code, 0);
});

/** `[name, lines, further arguments, what stderr must say]` */
const REFUSED: readonly (readonly [string, readonly string[], readonly string[], RegExp])[] = [
  ['a malformed line', [LINES.written, '{'], [], /history\.jsonl:2: This is not JSON/],
  ['a contradiction', [LINES.written, LINES.written], [], /history\.jsonl:2: process 0 invokes/],
  ['an empty history', [], [], /history\.jsonl: The history is empty: it tests nothing/],
  ['a function that the model has not', GOOD, ['--model', 'register'], /history\.jsonl:1: put is none/],
  ['an initial value that is no JSON', GOOD, ['--initial', '{'], /It must be JSON/],
  ['a model that does not exist', GOOD, ['--model', 'queue'], /register, kv/],
];

for (const [name, lines, args, sentence] of REFUSED) {
  test(`${name}: exit code 2 and one sentence`, async (t) => {
    const { code, stdout, stderr } = await runCli(t, ['check', historyFile(t, lines), ...args]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^strata: [^\n]+ \(STRATA_[A-Z_]+\)\n$/);
    assert.match(stderr, sentence);
  });
}

test('a file that is not there: exit code 4', async (t) => {
  const { code, stderr } = await runCli(t, ['check', '/nonexistent/history.jsonl']);
  assert.equal(code, 4);
  assert.match(stderr, /cannot be read/);
});
