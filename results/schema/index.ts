export * from './capture.js';
export * from './common.js';
export * from './load.js';
export * from './node.js';
export * from './power-cut.js';
export * from './run.js';
export * from './verification.js';
