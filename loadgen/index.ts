export { defaultHistory, defaultLoadOptions } from './default-options.js';
export { LoadError, type LoadErrorCode } from './load-error.js';
export * from './options.js';
export { renderProgress } from './progress.js';
export { type ReadBackOptions, readBack } from './read-back.js';
export { runLoad } from './run-load.js';
