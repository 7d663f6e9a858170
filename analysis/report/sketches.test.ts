import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpRun } from '../testing/made-up-run.js';
import { collectFacts } from './facts.js';
import { sketch } from './sketches.js';

test('a step of a branch has its mean over all writes, and the caption says what that is', () => {
  const facts = collectFacts(madeUpRun());
  const budget = facts.middle!.writeBudget;
  assert.ok(budget.ok);
  const { meanNs } = budget.value.stages.find(({ stage }) => stage.key === 'fsync')!;
  const decided = facts.middle!.point.stages!.samples.filter(({ winner }) => winner === 'persist').length;
  assert.ok(decided > 0 && decided < facts.middle!.point.stages!.samples.length);
  assert.ok(meanNs > 0);
  const text = sketch(facts, 'log');
  assert.match(text, /count as zero in every write that the other one decided/);
  assert.match(text, /persist: append wait {2}\[server\/log\/append-slot\]/);
});

test('a stage and a wait of the ledger do not share a name', () => {
  const text = sketch(collectFacts(madeUpRun()), 'log');
  assert.doesNotMatch(text, /batch wait/);
});

test('without stages the sketch keeps its steps and has no numbers', () => {
  const run = madeUpRun();
  const points = run.points.map((point) => ({ ...point, stages: null }));
  const text = sketch(collectFacts({ ...run, points }), 'log');
  assert.match(text, /Without numbers/);
  assert.match(text, /^ {8}– {2}persist: fsync/m);
});
