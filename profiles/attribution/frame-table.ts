import type { CpuFrame } from '../../results/schema/index.js';
import type { CodePlace } from './code-place.js';

/** Frames by identity of the code, so that one function is one frame whatever tier or inlining V8 gave it. */
export class FrameTable {
  readonly list: CpuFrame[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(place: CodePlace): number {
    const key = `${place.name}\n${place.file}\n${place.line}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.list.length;
    this.list.push({ name: place.name, file: place.file, line: place.line, layer: place.layer });
    this.#indexes.set(key, index);
    return index;
  }
}
