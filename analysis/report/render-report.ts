import type { RunData } from '../../results/run-directory.js';
import { inLanguage, type Language } from '../language/language.js';
import { ownPath, withOwnPaths } from '../language/own-paths.js';
import { DEFAULT_RULES, type RuleBook } from '../rules/rule-book.js';
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

/** Where the report of a language lies in the run directory. */
export function reportPath(language: Language): string {
  return ownPath('report.md', language);
}

/**
 * Computes a report from a run directory's contents and nothing else: path in the run directory → text (`report.md`, `charts/*.svg`,
 * `flame/*.svg`; in Chinese `report.zh.md`, `charts/*.zh.svg`). The same data gives the same bytes, on every machine, at any time.
 * The reports of all languages can lie side by side: a path that they share has the same bytes in each.
 */
export function renderReport(
  data: RunData,
  language: Language = 'en',
  rules: RuleBook = DEFAULT_RULES,
): Map<string, string> {
  return inLanguage(language, () => {
    const facts = { ...collectFacts(data), rules };
    const outputs = SECTIONS.map((section) => section(facts));
    const files = new Map(outputs.flatMap((output) => [...(output.files ?? [])]));
    const text = `${outputs.map((output) => output.text).join('\n\n')}\n`;
    return withOwnPaths('report.md', text, files, language);
  });
}
