export { foldedStacks } from './flamegraph/exports/folded.js';
export { flamegraph } from './flamegraph/flamegraph.js';
export { pagePath, reportPage } from './html/report-page.js';
export type { Effect } from './lab/effects.js';
export { labCount, labHeadlines } from './lab/headlines.js';
export { judgeLab, renderLabReport } from './lab/render-lab.js';
export { LANGUAGES, type Language } from './language/language.js';
export { renderReport, reportPath } from './report/render-report.js';
export {
  changedRules,
  DEFAULT_RULES,
  DEFAULT_RULES_DOCUMENT,
  type RuleBook,
  RulesError,
} from './rules/rule-book.js';
export { thresholdText } from './rules/units.js';
