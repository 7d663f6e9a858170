/** Keys in [start, end), bytewise; `end` null: to the last key. */
export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

/**
 * Which ranges hold a key. The ends of all ranges cut the keys into intervals; every interval knows the ranges that cover it, so a key costs
 * one binary search however many ranges there are. Made anew at the first question after a change: ranges come and go
 * far less often than keys are written.
 */
export class RangeIndex<Range extends KeyRange> {
  readonly #ranges = new Set<Range>();
  /** First keys of the intervals, ascending. Invariant: `#covers[i]` are the ranges that hold the keys in [#edges[i], #edges[i + 1]). */
  #edges: Uint8Array[] = [];
  #covers: (readonly Range[])[] = [];
  #isStale = false;

  get size(): number {
    return this.#ranges.size;
  }

  add(range: Range): void {
    this.#ranges.add(range);
    this.#isStale = true;
  }

  delete(range: Range): void {
    if (this.#ranges.delete(range)) this.#isStale = true;
  }

  values(): Iterable<Range> {
    return this.#ranges;
  }

  /** The ranges that hold `key`. */
  covering(key: Uint8Array): readonly Range[] {
    if (this.#isStale) this.#rebuild();
    let low = 0;
    let high = this.#edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.#edges[middle]!, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : this.#covers[low - 1]!;
  }

  #rebuild(): void {
    this.#isStale = false;
    const marks: { readonly key: Uint8Array; readonly range: Range; readonly begins: boolean }[] = [];
    for (const range of this.#ranges) {
      if (range.end !== null && Buffer.compare(range.start, range.end) >= 0) continue;
      marks.push({ key: range.start, range, begins: true });
      if (range.end !== null) marks.push({ key: range.end, range, begins: false });
    }
    marks.sort((a, b) => Buffer.compare(a.key, b.key));
    this.#edges = [];
    this.#covers = [];
    const active = new Set<Range>();
    for (let at = 0; at < marks.length; at++) {
      const { key, range, begins } = marks[at]!;
      if (begins) active.add(range);
      else active.delete(range);
      const next = marks[at + 1];
      if (next !== undefined && Buffer.compare(next.key, key) === 0) continue;
      this.#edges.push(key);
      this.#covers.push([...active]);
    }
  }
}

const NONE: readonly never[] = [];

export function rangeHolds({ start, end }: KeyRange, key: Uint8Array): boolean {
  return Buffer.compare(start, key) <= 0 && (end === null || Buffer.compare(key, end) < 0);
}
