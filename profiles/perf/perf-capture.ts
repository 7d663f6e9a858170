import type { PerfCapture, PerfFrame, ThreadKind } from '../../results/schema/index.js';
import { isOurs } from '../attribution/attribute.js';
import { placeOf } from '../attribution/code-place.js';
import type { CpuProfileCallFrame } from '../attribution/cpuprofile.js';
import type { LineIndex, LineResolver } from '../attribution/line-index.js';
import { resolverFor } from '../attribution/line-resolver.js';
import {
  type MixedFrame,
  mixedMechanism,
  mixedOwner,
  nativeFrame,
  threadOf,
} from '../attribution/mixed-stack.js';
import { plainSymbol } from '../attribution/native-rules.js';
import { TwoAxes } from '../attribution/two-axes.js';
import { type CodeName, codeName } from './code-name.js';
import type { PerfMap } from './perf-map.js';
import type { ScriptFrame, ScriptSample } from './perf-script.js';

/** The fields of a capture that the samples do not know. */
export type PerfHead = Pick<
  PerfCapture,
  'probe' | 'node' | 'role' | 'pid' | 'seconds' | 'raw' | 'frequencyHz' | 'namesJavaScript' | 'lost'
>;

/** Samples of one thread with one and the same stack. */
interface SeenStack {
  readonly tid: number;
  /** Leaf first, names as they were resolved. */
  readonly frames: readonly SeenFrame[];
  us: number;
  samples: number;
}

interface SeenFrame {
  readonly id: number;
  readonly kind: PerfFrame['kind'];
  /** JavaScript: what a CPU profile would call it. Else only its name counts. */
  readonly call: CpuProfileCallFrame;
}

const US_PER_SECOND = 1_000_000;
const NS_PER_US = 1_000;
/** Events whose period is time on the CPU in nanoseconds; the period of any other is a count of something else. */
const CLOCK = /^(cpu|task)-clock$/;
const V8_REGION = /^(\/tmp\/perf-\d+\.map|\/\/anon|\[unknown\]|\[?anon.*|\[heap\]|.*\.map)$/;
const KERNEL_ADDRESS = 2 ** 63;
const BUILTIN_SYMBOL = /^Builtins_/;

/** Gathers samples and attributes them when all are in: only then it is known which thread is which, and which build ran. */
export class PerfStacks {
  readonly #map: PerfMap | null;
  readonly #frames = new Map<string, SeenFrame>();
  readonly #stacks = new Map<string, SeenStack>();
  readonly #events = new Set<string>();
  readonly #frequencyHz: number;
  #samples = 0;

  constructor(frequencyHz: number, map: PerfMap | null) {
    this.#frequencyHz = frequencyHz;
    this.#map = map;
  }

  add(sample: ScriptSample): void {
    this.#samples += 1;
    this.#events.add(sample.event);
    const us =
      CLOCK.test(sample.event) && sample.period > 0
        ? sample.period / NS_PER_US
        : US_PER_SECOND / this.#frequencyHz;
    const frames = sample.frames.map((frame) => this.#frameOf(frame));
    const key = `${sample.tid} ${frames.map(({ id }) => id).join(' ')}`;
    const known = this.#stacks.get(key);
    if (known === undefined) this.#stacks.set(key, { tid: sample.tid, frames, us, samples: 1 });
    else {
      known.us += us;
      known.samples += 1;
    }
  }

  /** Scripts that were seen running. */
  scripts(): Set<string> {
    return new Set([...this.#frames.values()].map(({ call }) => call.url).filter((url) => url !== ''));
  }

  /** `fallback` names threads whose stacks do not say what they are; `event` is for a capture without a sample. */
  capture(
    head: PerfHead,
    options: {
      readonly index: LineIndex | null;
      readonly fallback: ReadonlyMap<number, ThreadKind>;
      readonly event: string;
    },
  ): PerfCapture {
    const lines =
      options.index === null
        ? null
        : resolverFor(
            [...this.#frames.values()].map(({ call }) => call),
            options.index,
          );
    const ours = isOurs(head.node, options.index);
    const builder = new CaptureBuilder({ pid: head.pid, ours, lines, fallback: options.fallback });
    for (const stack of this.#stacks.values()) builder.see(stack);
    for (const stack of this.#stacks.values()) builder.add(stack);
    return {
      schema: 'strata.perf/1',
      ...head,
      event: [...this.#events].sort().join(', ') || options.event,
      samples: this.#samples,
      ...builder.document(),
    };
  }

  #frameOf({ address, symbol, region }: ScriptFrame): SeenFrame {
    const own = V8_REGION.test(region) ? (this.#map?.nameAt(address) ?? symbol) : symbol;
    const kind = address >= KERNEL_ADDRESS ? 'kernel' : 'native';
    const key = `${kind} ${own}`;
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const frame = { id: this.#frames.size, ...readFrame(own, kind) };
    this.#frames.set(key, frame);
    return frame;
  }
}

function readFrame(symbol: string, kind: 'kernel' | 'native'): Omit<SeenFrame, 'id'> {
  const named = (own: PerfFrame['kind'], functionName: string): Omit<SeenFrame, 'id'> => ({
    kind: own,
    call: { functionName, url: '', lineNumber: -1 },
  });
  if (kind === 'kernel') return named('kernel', plainSymbol(symbol));
  if (symbol === '[unknown]') return named('unknown', symbol);
  const code: CodeName | null = codeName(symbol);
  if (code !== null) return { kind: code.kind, call: code.frame };
  if (BUILTIN_SYMBOL.test(symbol)) return named('builtin', plainSymbol(symbol.replace(BUILTIN_SYMBOL, '')));
  return named('native', plainSymbol(symbol));
}

/** What the samples do not say of the process that they are of. */
interface ObservedProcess {
  readonly pid: number;
  /** Whether its folders are layers. */
  readonly ours: boolean;
  readonly lines: LineResolver | null;
  readonly fallback: ReadonlyMap<number, ThreadKind>;
}

/** Puts stacks on both axes; `see` all of them before the first `add`. */
class CaptureBuilder {
  readonly #process: ObservedProcess;
  readonly #mixed = new Map<number, MixedFrame>();
  readonly #kinds = new Map<number, ThreadKind>();
  readonly #threads = new Map<number, PerfCapture['threads'][number]>();
  readonly #axes = new TwoAxes();
  readonly #frames: PerfFrame[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #stacks = new Map<string, PerfCapture['stacks'][number]>();
  #sampledUs = 0;

  constructor(observed: ObservedProcess) {
    this.#process = observed;
  }

  see({ tid, frames }: SeenStack): void {
    if (this.#kinds.has(tid)) return;
    const kind = tid === this.#process.pid ? 'main' : threadOf(frames.map((frame) => this.#mixedOf(frame)));
    // What runs below the start of Node on another thread is a process that this one was forked into; it is no thread of ours.
    if (kind !== null && (kind !== 'main' || tid === this.#process.pid)) this.#kinds.set(tid, kind);
  }

  add({ tid, frames, us, samples }: SeenStack): void {
    const stack = frames.map((frame) => this.#mixedOf(frame));
    const thread = this.#kinds.get(tid) ?? this.#process.fallback.get(tid) ?? 'other';
    const layer = mixedOwner(stack, thread);
    this.#sampledUs += us;
    this.#axes.add(layer, mixedMechanism(stack, thread), us);
    const row = this.#threads.get(tid);
    if (row === undefined) this.#threads.set(tid, { tid, kind: thread, us, samples });
    else {
      row.us += us;
      row.samples += samples;
    }
    const indexes = stack.map((frame) => this.#indexOf(frame)).reverse();
    const key = `${thread} ${indexes.join(' ')}`;
    const known = this.#stacks.get(key);
    if (known === undefined) this.#stacks.set(key, { frames: indexes, us, layer, thread });
    else known.us += us;
  }

  document(): Omit<PerfCapture, keyof PerfHead | 'schema' | 'event' | 'samples'> {
    return {
      sampledUs: this.#sampledUs,
      threads: [...this.#threads.values()].sort((a, b) => a.tid - b.tid),
      ...this.#axes.document(),
      frames: this.#frames,
      stacks: [...this.#stacks.values()],
    };
  }

  #mixedOf({ id, kind, call }: SeenFrame): MixedFrame {
    const known = this.#mixed.get(id);
    if (known !== undefined) return known;
    const frame: MixedFrame =
      kind === 'js'
        ? { kind, place: placeOf(call, this.#process.lines, this.#process.ours), mechanism: null }
        : nativeFrame(kind, call.functionName);
    this.#mixed.set(id, frame);
    return frame;
  }

  /** One frame a function, whatever tiers its code had. */
  #indexOf({ kind, place }: MixedFrame): number {
    const key = `${kind}\n${place.name}\n${place.file}\n${place.line}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#frames.length;
    this.#frames.push({ name: place.name, file: place.file, line: place.line, layer: place.layer, kind });
    this.#indexes.set(key, index);
    return index;
  }
}
