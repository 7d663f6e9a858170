import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHINESE } from '../../analysis/language/zh/index.js';
import { DOCUMENT_BEFORE_AFTER } from '../../analysis/reference/before-after.js';
import { LabExperiment } from '../../results/schema/index.js';
import type { Experiment } from './experiment.js';
import { COMPONENT_EXPERIMENTS } from './experiments/component/index.js';
import { EXPERIMENTS } from './experiments/index.js';
import { undecidableExperiment } from './run-experiment.js';

test('every experiment has an id of its own, claims of the document, and at least two arms', () => {
  const ids = EXPERIMENTS.map(({ id }) => id.toLowerCase());
  assert.deepEqual([...new Set(ids)], ids);
  for (const { id, claims, arms } of EXPERIMENTS) {
    assert.ok(claims.length > 0 && claims.every((claim) => /^[NLC]\d{1,2}$/.test(claim)), id);
    assert.match(id, new RegExp(`^${claims[0]}(-|$)`));
    assert.ok(arms.length >= 2, id);
  }
});

/** Claims of the document that compare two ways of doing something. */
const COMPARING = 'N1 N3 N5 N6 N7 N8 L1 L5 L6 L7 L9 C2 C3 C4 C5 C6 C7 C9 C12'.split(' ');

test('every claim that compares two ways has an experiment that answers it', () => {
  const answered = new Set(EXPERIMENTS.flatMap(({ claims }) => claims));
  assert.deepEqual(
    COMPARING.filter((claim) => !answered.has(claim)),
    [],
  );
});

test('every figure of the document is about arms and metrics that there are, its range the right way round', () => {
  for (const { id, document, arms, metrics } of EXPERIMENTS)
    for (const { metric, arm, against, low, high, notDecidable } of document.effects) {
      assert.ok(
        metrics.some(({ name }) => name === metric),
        `${id}: ${metric}`,
      );
      for (const name of against === null ? [arm] : [arm, against])
        assert.ok(
          arms.some((known) => known.name === name),
          `${id}: ${name}`,
        );
      assert.ok(low === null || high === null || low <= high, `${id}: ${low} to ${high}`);
      assert.notEqual(arm, against, id);
      if (notDecidable !== undefined) assert.match(notDecidable, /^[a-z].*[^.]$/s, `${id}: a clause`);
    }
});

test('the document’s tables of before and after ask for arms and metrics that there are', () => {
  for (const { experiment: id, indicators } of DOCUMENT_BEFORE_AFTER) {
    const experiment = EXPERIMENTS.find((one) => one.id === id);
    assert.ok(experiment !== undefined, id);
    for (const { what, answer } of indicators)
      if (typeof answer !== 'string') {
        const { metric, before, after } = answer;
        assert.ok(
          experiment.document.effects.some(
            (effect) => effect.metric === metric && effect.arm === after && effect.against === before,
          ),
          `${id}: ${what}`,
        );
      }
  }
});

test('every definition fits the schema of its file', () => {
  const context = {
    signal: new AbortController().signal,
    directory: '/nowhere',
    quick: true,
    seed: 1,
    progress: () => {},
  };
  for (const experiment of EXPERIMENTS)
    LabExperiment.parse(undecidableExperiment(experiment, { context, repeats: experiment.repeats }, 'why'));
});

test('repeats are enough that Holm lets the experiment decide', () => {
  for (const { id, repeats, arms, metrics } of COMPONENT_EXPERIMENTS) {
    const effects = (arms.length - 1) * metrics.length + 1;
    // Two samples that do not overlap: 2 of C(2n, n) divisions.
    let divisions = 1;
    for (let k = 1; k <= repeats; k += 1) divisions *= (repeats + k) / k;
    assert.ok((2 * effects) / divisions <= 0.05, `${id}: ${repeats} repeats for ${effects} effects`);
  }
});

test('all that a reader sees of an experiment has its Chinese', () => {
  const textsOf = ({ title, question, document, workload, limits, arms }: Experiment) => [
    title,
    question,
    document.says,
    workload,
    ...(limits === undefined ? [] : [limits]),
    ...document.effects.flatMap(({ notDecidable }) => notDecidable ?? []),
    ...arms.map(({ what }) => what),
  ];
  const missing = EXPERIMENTS.flatMap(textsOf).filter((text) => !Object.hasOwn(CHINESE, text));
  assert.deepEqual(missing, []);
});
