import type {
  CpuCapture,
  HeapCapture,
  LayerName,
  PerfCapture,
  ThreadKind,
} from '../../results/schema/index.js';
import type { FrameKind } from './viewer/graph.js';

/** Captures that hold stacks. */
export type StackCapture = CpuCapture | PerfCapture | HeapCapture;
export type WeightUnit = 'microseconds' | 'bytes';

export interface StackFrame {
  readonly name: string;
  /** As in the capture: relative to the project, `node:…`, or empty for native code. */
  readonly file: string;
  readonly line: number;
  readonly layer: LayerName;
  readonly kind: FrameKind;
}

export interface WeightedStack {
  /** Indexes into `frames`, root first. */
  readonly frames: readonly number[];
  readonly weight: number;
  /** Owner of the leaf's own time or bytes. */
  readonly layer: LayerName;
  /** Null where the probe saw one thread only. */
  readonly thread: ThreadKind | null;
}

/** What every probe of stacks comes down to. All drawings and exports start here. */
export interface StackModel {
  readonly unit: WeightUnit;
  readonly frames: readonly StackFrame[];
  readonly stacks: readonly WeightedStack[];
  /** What one sample stands for, in `unit`. */
  readonly sampleWeight: number;
}

/**
 * Reads a capture. A frame index that leads nowhere becomes a frame of its own kind, `unknown`, so that its weight stays in view;
 * a weight that is negative or no number throws a RangeError, because every sum would be wrong.
 */
export function stackModel(capture: StackCapture): StackModel {
  const frames: StackFrame[] = capture.frames.map((frame) => ({
    name: frame.name === '' ? '(anonymous)' : frame.name,
    file: frame.file,
    line: frame.line,
    layer: frame.layer,
    kind: 'kind' in frame ? frame.kind : kindOf(frame.name, frame.file),
  }));
  const known = frames.length;
  let lost: number | null = null;
  const stacks = capture.stacks.flatMap((stack, index): WeightedStack[] => {
    const weight = 'bytes' in stack ? stack.bytes : stack.us;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`stack ${index} of node ${capture.node} (${capture.probe}) weighs ${weight}`);
    if (weight === 0) return [];
    const path = stack.frames.map((frame) => {
      if (frame >= 0 && frame < known) return frame;
      lost ??=
        frames.push({ name: '(lost frame)', file: '', line: 0, layer: 'unattributed', kind: 'unknown' }) - 1;
      return lost;
    });
    return [{ frames: path, weight, layer: stack.layer, thread: 'thread' in stack ? stack.thread : null }];
  });
  return {
    unit: capture.schema === 'strata.heap/1' ? 'bytes' : 'microseconds',
    frames,
    stacks,
    sampleWeight: sampleWeightOf(capture),
  };
}

/** All weight, idle included. */
export function totalWeight(stacks: readonly { readonly weight: number }[]): number {
  let total = 0;
  for (const { weight } of stacks) total += weight;
  return total;
}

function sampleWeightOf(capture: StackCapture): number {
  if (capture.schema === 'strata.cpu/1') return capture.intervalUs;
  return capture.schema === 'strata.heap/1' ? capture.intervalBytes : 1e6 / capture.frequencyHz;
}

/** V8's profiler does not say what a frame is: without a file it is native, or one of V8's own words in brackets. */
function kindOf(name: string, file: string): FrameKind {
  if (file !== '') return 'js';
  return /^\((?!anonymous\)).*\)$/.test(name) ? 'pseudo' : 'native';
}
