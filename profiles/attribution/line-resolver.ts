import { placeOf } from './code-place.js';
import type { CpuProfileCallFrame } from './cpuprofile.js';
import { type LineIndex, LineResolver } from './line-index.js';

/**
 * Null when the frames are of another build than the index, which would put time anywhere: the functions of an indexed file
 * must lie in the lines that the index gives it. V8 puts a module's own code on line 1, whatever stands there.
 */
export function resolverFor(frames: readonly CpuProfileCallFrame[], index: LineIndex): LineResolver | null {
  const lines = new LineResolver(index);
  const fits = frames.every((callFrame) => {
    const { kind, file } = placeOf(callFrame);
    if (kind !== 'layer' || callFrame.lineNumber <= 0 || !lines.knows(file)) return true;
    return lines.codeAt(callFrame.lineNumber + 1)?.file === file;
  });
  return fits ? lines : null;
}
