import assert from 'node:assert/strict';
import type { RunData } from '../../results/run-directory.js';
import { renderReport } from '../report/render-report.js';
import { xmlProblem } from './xml.js';

export const HEADINGS = [
  '# Layered performance report: made-up-sweep',
  '## Verdict',
  '## Machine baseline',
  '## 1 Network',
  '## 2 Log and I/O',
  '## 3 Consensus',
  '## Process and machine, under all layers',
  '## Request budget: layer → stage → function',
  '## 4 Advice',
  '## 5 Overall, beside the document',
  '## 6 Capacity prediction',
  '## 7 KPIs and commands',
  '## 8 Not measured, because',
];

export const textOf = (run: RunData): string => renderReport(run).get('report.md')!;

/** What no report may hold, whatever the run. */
export function assertReadable(run: RunData): void {
  for (const [path, text] of renderReport(run)) {
    assert.doesNotMatch(text, /\bNaN\b|\bundefined\b|\[object|\bInfinity\b|n\/a/, path);
    if (path.endsWith('.svg')) assert.equal(xmlProblem(text), null, path);
  }
}
