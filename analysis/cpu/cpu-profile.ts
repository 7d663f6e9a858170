import { capturesOf, type PassData, type PointData } from '../../results/run-directory.js';
import type { CpuCapture, CpuFrame, LayerName } from '../../results/schema/index.js';
import { LAYERS } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { type Measured, measured, notCaptured } from '../measures/measured.js';
import { compareText } from '../measures/node-measures.js';

/** Layers that a profile shows, in the order of every table and chart. Idle is no work and stands apart. */
export const BUSY_LAYERS: readonly LayerName[] = [...LAYERS, 'gc', 'unattributed'];

/** What shares and functions are counted from: a V8 profile of one thread, or a perf profile of all. */
export type Samples = Pick<CpuCapture, 'layers' | 'frames' | 'stacks'>;

export interface FunctionShare {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Its own, or that of the code that called it when it has none. */
  readonly layer: LayerName;
  /** Shares of the samples on the CPU, idle left out; of code without a layer of its own, of those that this layer asked for. */
  readonly self: number;
  readonly total: number;
}

/** Microseconds in which the thread did something. */
export function busyUs(capture: Samples): number {
  let total = 0;
  for (const layer of BUSY_LAYERS) total += capture.layers[layer];
  return total;
}

/** Share of a layer in the samples on the CPU. */
export function layerShare(capture: Samples, layer: LayerName): number {
  const busy = busyUs(capture);
  return busy === 0 ? 0 : capture.layers[layer] / busy;
}

/** The pass whose profiles the report reads: the V8 profile where there is one, else the first that has samples. */
export function cpuPass(point: PointData): Measured<PassData> {
  const candidates = point.passes.filter((pass) =>
    capturesOf(pass, 'strata.cpu/1').some((capture) => busyUs(capture) > 0),
  );
  const pass = candidates.find((candidate) => candidate.pass.probe === 'cpu-profile') ?? candidates[0];
  return pass === undefined ? notCaptured(t`point ${point.ref.id} has no CPU profile`) : measured(pass);
}

/** The leader's capture and the follower's with the smallest id, where they exist. */
export function capturesByRole(pass: PassData): readonly CpuCapture[] {
  const ascending = capturesOf(pass, 'strata.cpu/1').sort((one, other) => one.node - other.node);
  const leader = ascending.find((capture) => capture.role === 'leader');
  const follower = ascending.find((capture) => capture.role === 'follower');
  const chosen = [leader, follower].filter((capture) => capture !== undefined);
  return chosen.length > 0 ? chosen : ascending.slice(0, 1);
}

type StackTest = (stack: CpuCapture['stacks'][number], leaf: CpuFrame | undefined) => boolean;

/** Share of the samples on the CPU whose stack passes the test. */
export function stackShare(capture: Samples, test: StackTest): number {
  const busy = busyUs(capture);
  if (busy === 0) return 0;
  let us = 0;
  for (const stack of capture.stacks) {
    if (stack.layer === 'idle') continue;
    const leaf = stack.frames.at(-1);
    if (test(stack, leaf === undefined ? undefined : capture.frames[leaf])) us += stack.us;
  }
  return us / busy;
}

/** Share of the samples on the CPU that have a matching frame anywhere in their stack. */
export function inclusiveShare(capture: Samples, matches: (frame: CpuFrame) => boolean): number {
  const hits = capture.frames.map(matches);
  return stackShare(capture, (stack) => stack.frames.some((frame) => hits[frame] === true));
}

interface Accumulator {
  readonly frame: CpuFrame;
  readonly layer: LayerName;
  selfUs: number;
  totalUs: number;
}

/**
 * Functions by self time, greatest first. One row per function and file: a profile splits a function by line and tier. Code that belongs to no layer works for whoever
 * called it, so it has a row for each of them: a `write` to a socket is another cost than one to a file, under the same name.
 */
export function hotFunctions(capture: Samples, limit: number): readonly FunctionShare[] {
  const rows = new Map<string, Accumulator>();
  for (const stack of capture.stacks) {
    if (stack.layer === 'idle') continue;
    const seen = new Set<string>();
    stack.frames.forEach((index, depth) => {
      const frame = capture.frames[index];
      if (frame === undefined) return;
      const layer = frame.layer === 'unattributed' ? stack.layer : frame.layer;
      const key = `${frame.file}\u0000${frame.name}\u0000${layer}`;
      const row = rows.get(key) ?? { frame, layer, selfUs: 0, totalUs: 0 };
      rows.set(key, row);
      // A recursive function is on the stack once for its total.
      if (!seen.has(key)) row.totalUs += stack.us;
      seen.add(key);
      if (depth === stack.frames.length - 1) row.selfUs += stack.us;
    });
  }
  const busy = busyUs(capture);
  return [...rows.values()]
    .filter((row) => row.selfUs > 0 && busy > 0)
    .sort(
      (one, other) =>
        other.selfUs - one.selfUs ||
        compareText(one.frame.name, other.frame.name) ||
        compareText(one.frame.file, other.frame.file) ||
        compareText(one.layer, other.layer),
    )
    .slice(0, limit)
    .map((row) => ({
      name: row.frame.name,
      file: row.frame.file,
      line: row.frame.line,
      layer: row.layer,
      self: row.selfUs / busy,
      total: row.totalUs / busy,
    }));
}
