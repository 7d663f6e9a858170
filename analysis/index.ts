export { flamegraph } from './flamegraph/flamegraph.js';
export { foldedStacks } from './flamegraph/frame-tree.js';
export { renderReport } from './report/render-report.js';
