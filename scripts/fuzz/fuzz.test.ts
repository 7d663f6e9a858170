import assert from 'node:assert/strict';
import test from 'node:test';
import { readCorpus } from './engine/corpus.js';
import { runTarget } from './engine/host.js';
import { targetNames } from './targets/names.js';

/**
 * The bounded run: every input of the corpus, and a few hundred mutants of each target. Equal seeds give equal mutants, so this finds what a change
 * breaks and nothing by chance; `run.js` is for the search. No clock decides anything but whether a parser came back at all.
 */
const EXECUTIONS = 200;
const HANG_MS = 60_000;
/** Found after 100,000 on average; by chance alone it would take sixteen million. */
const CANARY_EXECUTIONS = 600_000;
/** The cases of `scripts/cases.test.ts` that a target covers. */
const CASES: Readonly<Record<string, string>> = {
  'peer-frame': 'A2.37 ',
  'http-text': 'A2.38 ',
  'peer-handshake': 'A2.39 ',
  'http-json': 'A2.40 ',
  'wal-segment': 'A2.24 ',
  'wal-directory': 'A2.25 ',
  'snapshot-file': 'A2.31 ',
  config: 'A2.48 ',
};

const order = {
  seed: 20_261,
  secondsMax: Number.POSITIVE_INFINITY,
  slowMs: null,
  keeps: false,
  replay: null,
};

for (const target of targetNames) {
  test(`${CASES[target] ?? ''}malformed bytes, ${target}: corpus and ${EXECUTIONS} mutants break no property`, async () => {
    const { findings, executions, seeds } = await runTarget(
      { ...order, target, executionsMax: EXECUTIONS },
      HANG_MS,
    );
    const told = findings.map(
      ({ name, message, stack }) => `${message}\n${stack}\nnode dist/scripts/fuzz/run.js ${target} (${name})`,
    );
    assert.deepEqual(told, []);
    assert.ok(seeds > readCorpus(target).length, 'a target without a seed of its own');
    assert.ok(executions >= EXECUTIONS, `${executions} executions`);
  });
}

test('the canary: a planted defect behind a magic word and a checksum is found, so the fuzzer can see', async () => {
  const { findings, executions, corpusSize } = await runTarget(
    { ...order, target: 'canary', executionsMax: CANARY_EXECUTIONS, findingsMax: 1 },
    HANG_MS,
  );
  assert.match(
    findings[0]?.message ?? `nothing in ${executions} executions`,
    /^RangeError: planted: a length of/,
  );
  assert.ok(findings[0]!.bytes.length <= 7, `minimised to ${findings[0]!.bytes.length} bytes`);
  assert.ok(corpusSize >= 4, 'each byte of the magic word is new ground');
});

test('the canary: one that never returns is ended, and its input told', async () => {
  const endless = await runTarget(
    { ...order, target: 'canary', executionsMax: 1, replay: Buffer.from('endless') },
    1_500,
  );
  assert.match(endless.findings[0]?.message ?? '', /no answer within 1500 ms/);
  assert.equal(Buffer.from(endless.findings[0]!.bytes).toString(), 'endless');
});

test('the canary: quadratic time and memory beyond the bound are findings', async () => {
  for (const [input, expected] of [
    ['quadratic', /took \d+ steps/],
    ['greedy', /made it allocate/],
    ['scribbling', /wrote to its input/],
  ] as const) {
    const { findings } = await runTarget(
      { ...order, target: 'canary', executionsMax: 1, replay: Buffer.from(input.padEnd(4_000)) },
      HANG_MS,
    );
    assert.match(findings[0]?.message ?? `${input}: nothing found`, expected);
  }
});
