export { identity, newestBaseline } from './baseline.js';
export { COMPARE_DEFAULTS } from './compare-row.js';
export { compareRuns, type RunComparison } from './compare-runs.js';
export { type ComparedPoint, type ComparedRun, inTimeOrder, shortCommit } from './compared-run.js';
export { HISTORY_DEFAULTS, type RunHistory, runHistory } from './history.js';
export { METRICS, type Metric } from './metrics.js';
export { historyMarkdown, historyText } from './render-history.js';
export { COMMENT_MARK, comparisonMarkdown } from './render-markdown.js';
export { comparisonText } from './render-text.js';
