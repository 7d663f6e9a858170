export { foldedStacks } from './flamegraph/exports/folded.js';
export { flamegraph } from './flamegraph/flamegraph.js';
export { renderReport } from './report/render-report.js';
