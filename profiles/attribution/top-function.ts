import { type CodePlace, placeOf } from './code-place.js';
import { type CpuProfile, type SampleSpan, sampleSpans } from './cpuprofile.js';
import type { LineResolver } from './line-index.js';

/** What a CPU profile saw in spans of time that somebody else measured, in nanoseconds of CLOCK_MONOTONIC. */
export class ProfiledTime {
  readonly #spans: readonly SampleSpan[];
  /** What is shown for each node of the profile, null while the loop waits. */
  readonly #names = new Map<number, string | null>();

  /** `lines`: the way from the lines of a build to those of its files, for a program of ours. */
  constructor(profile: CpuProfile, isOurs: boolean, lines: LineResolver | null = null) {
    this.#spans = sampleSpans(profile);
    const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame, lines, isOurs)]));
    const callers = new Map(
      profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
    );
    for (const { id } of profile.nodes) this.#names.set(id, nameOf(stackAt(id, places, callers)));
  }

  /**
   * The function that was at work for most of the span: the deepest one of the program itself or a library, because that is where somebody can
   * change something; what runs below it (Node, V8) counts to it. Null when no sample lies in the span, or the loop was idle.
   */
  topFunction(atNs: number, endNs: number): string | null {
    const byName = new Map<string, number>();
    this.#within(atNs, endNs, (name, ns) => {
      if (name !== null) byName.set(name, (byName.get(name) ?? 0) + ns);
    });
    let top: string | null = null;
    for (const [name, ns] of byName) if (top === null || ns > byName.get(top)!) top = name;
    return top;
  }

  /** Share of the span in which the loop did not wait, 0 to 1. 0 when no sample lies in the span. */
  busyShare(atNs: number, endNs: number): number {
    let busyNs = 0;
    let allNs = 0;
    this.#within(atNs, endNs, (name, ns) => {
      allNs += ns;
      if (name !== null) busyNs += ns;
    });
    return allNs === 0 ? 0 : busyNs / allNs;
  }

  #within(atNs: number, endNs: number, see: (name: string | null, ns: number) => void): void {
    for (const { node, atUs, us } of this.#spans) {
      const ns = Math.min(endNs, (atUs + us) * 1e3) - Math.max(atNs, atUs * 1e3);
      if (ns > 0) see(this.#names.get(node) ?? null, ns);
    }
  }
}

/** `name (file:line)` of the deepest function that is not Node's; of Node's own when there is no other. */
export function nameOf(stack: readonly CodePlace[]): string | null {
  const leaf = stack[0];
  if (leaf === undefined || leaf.layer === 'idle' || leaf.name === '(root)') return null;
  if (leaf.kind === 'pseudo') return leaf.name;
  const own = stack.find(({ kind }) => kind === 'layer' || kind === 'foreign' || kind === 'package') ?? leaf;
  return own.file === '' ? own.name : `${own.name} (${own.file}:${own.line})`;
}

/** Leaf first. */
function stackAt(
  leaf: number,
  places: ReadonlyMap<number, CodePlace>,
  callers: ReadonlyMap<number, number>,
): CodePlace[] {
  const stack: CodePlace[] = [];
  // A tree has no path longer than its nodes: children that form a circle must not hold us.
  for (
    let id: number | undefined = leaf;
    id !== undefined && stack.length <= places.size;
    id = callers.get(id)
  ) {
    const place = places.get(id);
    if (place !== undefined) stack.push(place);
  }
  return stack;
}
