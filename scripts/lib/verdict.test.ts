import assert from 'node:assert/strict';
import test from 'node:test';
import { verdictOf } from './verdict.js';

test('the verdict is the section under its heading, without emphasis', () => {
  const report = '# R\n\n## Verdict and findings\n\n**Good.** All is\nwell.\n\n### Detail\nmore\n## Next\n';
  assert.deepEqual(verdictOf(report), ['Good. All is', 'well.']);
  assert.deepEqual(verdictOf('## Verdict\nlast'), ['last']);
  assert.deepEqual(verdictOf('# 报告\n\n## 结论\n\n**很好。**\n\n## 1 网络层\n'), ['很好。']);
  assert.deepEqual(verdictOf('# nothing'), []);
});
