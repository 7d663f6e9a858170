export { layerCells } from './compare/diff-flamegraph.js';
export {
  type Comparison,
  FLAME_FORMATS,
  type FlameFormat,
  type FlameSource,
  flameFiles,
} from './flame-files.js';
export type { StackCapture } from './stack-model.js';
