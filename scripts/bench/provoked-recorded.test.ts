/** What `bench/provoked.js` recorded once on a real machine, judged by the rules of today: without a cluster, so that a rule that changes meets real numbers at once. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DEFAULT_RULES, renderReport } from '../../analysis/index.js';
import { readRunDirectory } from '../../results/run-directory.js';
import { projectRoot } from '../lib/project-root.js';
import { ILLNESSES } from './illnesses.js';
import { judgeFirst } from './provoked-verdict.js';

const RECORDED = join(projectRoot(), 'results', 'provoked');

test('every illness was recorded, and nothing else', () => {
  assert.deepEqual(readdirSync(RECORDED).sort(), ILLNESSES.map(({ name }) => name).sort());
});

for (const illness of ILLNESSES)
  test(`${illness.name}, as it was recorded: ${illness.rule ?? 'no cause'}`, () => {
    const report = renderReport(readRunDirectory(join(RECORDED, illness.name)), 'en').get('report.md')!;
    const { verdict, sentence } = judgeFirst(illness, report, DEFAULT_RULES);
    assert.equal(verdict, 'right', sentence);
  });
