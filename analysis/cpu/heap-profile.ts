import type { HeapCapture, LayerName } from '../../results/schema/index.js';
import { compareText } from '../measures/node-measures.js';
import { BUSY_LAYERS } from './cpu-profile.js';

/** A function and the bytes that were allocated in it, itself. */
export interface AllocationSite {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The owner of the bytes: a function that serves two layers has two rows. */
  readonly layer: LayerName;
  readonly bytes: number;
  /** Of all sampled bytes. */
  readonly share: number;
}

export function sampledBytes(capture: HeapCapture): number {
  return capture.stacks.reduce((total, stack) => total + stack.bytes, 0);
}

/** Layers as shares of the sampled bytes, in the order of every table. */
export function heapLayers(
  capture: HeapCapture,
): readonly { readonly layer: LayerName; readonly share: number }[] {
  const all = sampledBytes(capture);
  return BUSY_LAYERS.map((layer) => {
    const own = capture.stacks.filter((stack) => stack.layer === layer);
    const sum = own.reduce((total, stack) => total + stack.bytes, 0);
    return { layer, share: all === 0 ? 0 : sum / all };
  });
}

/** Allocation sites by their own bytes, greatest first. One row per function, file and owner. */
export function allocationSites(capture: HeapCapture, limit: number): readonly AllocationSite[] {
  const all = sampledBytes(capture);
  const sites = new Map<string, Omit<AllocationSite, 'share'>>();
  for (const stack of capture.stacks) {
    const frame = capture.frames[stack.frames.at(-1) ?? -1];
    if (frame === undefined) continue;
    const { name, file, line } = frame;
    const key = `${stack.layer}\u0000${file}\u0000${name}`;
    const bytes = (sites.get(key)?.bytes ?? 0) + stack.bytes;
    sites.set(key, { name, file, line, layer: stack.layer, bytes });
  }
  return [...sites.values()]
    .filter((site) => site.bytes > 0)
    .sort(
      (one, other) =>
        other.bytes - one.bytes ||
        compareText(one.name, other.name) ||
        compareText(one.file, other.file) ||
        compareText(one.layer, other.layer),
    )
    .slice(0, limit)
    .map((site) => ({ ...site, share: all === 0 ? 0 : site.bytes / all }));
}
