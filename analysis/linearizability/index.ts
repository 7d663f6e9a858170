export { type CheckOptions, checkHistory } from './check-history.js';
export { HistoryError } from './history-error.js';
export type { EqualTimes } from './key-history.js';
export type { ModelName, Operation, RecordedEvent } from './operations.js';
export { parseHistory } from './parse-history.js';
export { renderTimelineSvg } from './timeline-svg.js';
export { renderTimelineText } from './timeline-text.js';
export type { JsonValue } from './values.js';
export type { Counterexample, CounterexampleOperation, Judged, Verdict } from './verdict.js';
