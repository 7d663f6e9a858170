import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPERIMENT_CLAIMS } from '../../analysis/reference/claims.js';
import { DOCUMENT_PHASES } from '../../analysis/reference/phases.js';
import { EXPERIMENTS } from './experiments/index.js';

const byId = new Map(EXPERIMENTS.map((experiment) => [experiment.id, experiment]));

test('every claim that a sweep cannot settle names experiments that there are, and that answer it', () => {
  for (const { id, experiments } of EXPERIMENT_CLAIMS) {
    assert.ok(experiments.length > 0, id);
    for (const name of experiments) {
      const experiment = byId.get(name);
      assert.ok(experiment !== undefined, `${id}: ${name}`);
      // R5 is the tables of three other claims.
      assert.ok(id === 'R5' || experiment.claims.includes(id), `${id}: ${name}`);
    }
  }
});

test('the road map of the document names experiments that there are', () => {
  for (const { todo, experiments } of DOCUMENT_PHASES.flatMap(({ items }) => items))
    for (const name of experiments) assert.ok(byId.has(name), `${todo}: ${name}`);
});
