import assert from 'node:assert/strict';
import test from 'node:test';
import { CHINESE } from '../../../../analysis/language/zh/index.js';
import { DOCUMENT_BEFORE_AFTER } from '../../../../analysis/reference/before-after.js';
import { smallestP } from '../../../../analysis/statistics/mann-whitney.js';
import { CLUSTER_EXPERIMENTS } from './index.js';

const NAME = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/;

test('ids are unique, and begin with the claim that they answer', () => {
  const ids = CLUSTER_EXPERIMENTS.map(({ id }) => id);
  assert.deepEqual([...new Set(ids)], ids);
  for (const { id, claims } of CLUSTER_EXPERIMENTS) assert.ok(id.startsWith(claims[0]!), id);
});

for (const experiment of CLUSTER_EXPERIMENTS) {
  const { id, arms, metrics, document, repeats } = experiment;

  test(`${id}: arms and metrics have names, and effects refer to them`, () => {
    const armNames = arms.map(({ name }) => name);
    const metricNames = metrics.map(({ name }) => name);
    assert.ok(arms.length >= 2);
    for (const names of [armNames, metricNames]) {
      assert.deepEqual([...new Set(names)], names);
      for (const name of names) assert.match(name, NAME);
    }
    for (const { arm, against, metric, low, high, notDecidable } of document.effects) {
      assert.ok(metricNames.includes(metric), metric);
      const named = against === null ? [arm] : [arm, against];
      assert.ok(named.every((name) => armNames.includes(name)) && arm !== against, `${arm} ${against}`);
      assert.ok(low === null || high === null || low <= high, `${low} to ${high}`);
      assert.ok(
        low !== null || high !== null || notDecidable !== undefined,
        `${metric} of ${arm} claims nothing`,
      );
    }
  });

  test(`${id}: its sentences are whole`, () => {
    assert.match(experiment.question, /^[A-Z].*\?$/);
    for (const text of [
      document.says,
      experiment.workload,
      experiment.limits,
      ...arms.map(({ what }) => what),
    ])
      if (text !== undefined) assert.match(text, /^[A-Z].*\.$/s);
  });

  test(`${id}: its repeats can decide every effect after Holm's correction`, () => {
    const comparisons = metrics.length * (arms.length - 1) + document.effects.length;
    assert.ok(smallestP(repeats, repeats) * comparisons <= 0.05, `${comparisons} tests with ${repeats} runs`);
  });
}

test('the table of before and after prints the ranges that the experiment claims', () => {
  const { document } = CLUSTER_EXPERIMENTS.find(({ id }) => id === 'N1')!;
  const table = DOCUMENT_BEFORE_AFTER.find(({ experiment }) => experiment === 'N1')!;
  const names: Readonly<Record<string, string>> = {
    'throughput-100': 'throughput',
    'mean-100': 'latency',
    'p50-100': 'p50',
    'p99-100': 'p99',
    connections: 'connections held',
  };
  for (const { metric, low, high, notDecidable } of document.effects) {
    const row = table.indicators.find(({ what }) => what === names[metric]);
    assert.equal(row?.change, `${[...new Set([low, high])].filter((end) => end !== null).join('–')}x`);
    assert.equal(row?.answer, notDecidable);
  }
});

test('every sentence of theirs has its Chinese', () => {
  const sentences = CLUSTER_EXPERIMENTS.flatMap(({ title, question, document, workload, limits, arms }) => [
    title,
    question,
    document.says,
    workload,
    ...(limits === undefined ? [] : [limits]),
    ...arms.map(({ what }) => what),
  ]);
  assert.deepEqual(
    sentences.filter((sentence) => !(sentence in CHINESE)),
    [],
  );
});
