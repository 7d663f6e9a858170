import type { RunData } from '../../results/run-directory.js';
import { collectFacts } from './facts.js';
import type { Section } from './section.js';
import { adviceSection } from './sections/advice.js';
import { baselineSection } from './sections/baseline.js';
import { budgetSection } from './sections/budget.js';
import { consensusSection } from './sections/consensus.js';
import { headerSection } from './sections/header.js';
import { kpiSection } from './sections/kpi.js';
import { logIoSection } from './sections/log-io.js';
import { networkSection } from './sections/network.js';
import { notMeasuredSection } from './sections/not-measured.js';
import { overallSection } from './sections/overall.js';
import { processSection } from './sections/process.js';
import { verdictSection } from './sections/verdict.js';

/** The order of the reference document, with the answer before the evidence. */
const SECTIONS: readonly Section[] = [
  headerSection,
  verdictSection,
  baselineSection,
  networkSection,
  logIoSection,
  consensusSection,
  processSection,
  budgetSection,
  adviceSection,
  overallSection,
  kpiSection,
  notMeasuredSection,
];

/**
 * Computes a report from a run directory's contents and nothing else: path in the run directory → text (`report.md`, `charts/*.svg`,
 * `flame/*.svg`). The same data gives the same bytes, on every machine, at any time.
 */
export function renderReport(data: RunData): Map<string, string> {
  const facts = collectFacts(data);
  const files = new Map<string, string>();
  const texts: string[] = [];
  for (const section of SECTIONS) {
    const output = section(facts);
    texts.push(output.text);
    for (const [path, text] of output.files ?? []) files.set(path, text);
  }
  const report = new Map([['report.md', `${texts.join('\n\n')}\n`]]);
  for (const path of [...files.keys()].sort()) report.set(path, files.get(path)!);
  return report;
}
