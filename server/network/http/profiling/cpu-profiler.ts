import type { Profiler } from 'node:inspector';
import type { Inspector } from './inspector.js';
import { jsonPieces } from './json-pieces.js';
import { FrameTable, layerOf, type Stack, type StackProfile } from './stack-profile.js';

const nsPerUs = 1_000;

/**
 * Samples the main thread every `intervalUs` for `seconds`, or until `cancelled` settles.
 * @throws StrataError STRATA_PROFILE_BUSY
 */
export function takeCpuProfile(
  inspector: Inspector,
  seconds: number,
  intervalUs: number,
  cancelled: Promise<void>,
): Promise<Profiler.Profile> {
  return inspector.record(
    async (post) => {
      await post('Profiler.enable');
      await post('Profiler.setSamplingInterval', { interval: intervalUs });
      await post('Profiler.start');
    },
    async (post) => ((await post('Profiler.stop')) as Profiler.StopReturnType).profile,
    seconds * 1_000,
    cancelled,
  );
}

/** The text of a .cpuprofile. */
export function cpuProfilePieces({
  nodes,
  samples,
  timeDeltas,
  ...rest
}: Profiler.Profile): Generator<string> {
  return jsonPieces(rest, { nodes, samples: samples ?? [], timeDeltas: timeDeltas ?? [] });
}

/** Frames that are left out. Time without any work is no CPU, as in Go's profiles; the root is where every stack begins. */
const leftOut = new Set(['(idle)', '(root)']);

export function cpuStacks(profile: Profiler.Profile, intervalUs: number): StackProfile {
  const table = new FrameTable();
  const stacks: Stack[] = [];
  const own = ownTimes(profile);
  walk(profile, table, (id, frames) => {
    const { samples, us } = own.get(id) ?? { samples: 0, us: 0 };
    if (samples === 0) return;
    const values = [samples, Math.max(0, us) * nsPerUs];
    stacks.push({ frames, values, layer: layerOf(frames, table.frames) });
  });
  return {
    frames: table.frames,
    stacks,
    types: [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
    period: intervalUs * nsPerUs,
    durationNs: (profile.endTime - profile.startTime) * nsPerUs,
  };
}

/** Samples and microseconds of each node itself. */
function ownTimes({
  samples = [],
  timeDeltas = [],
}: Profiler.Profile): Map<number, { samples: number; us: number }> {
  const own = new Map<number, { samples: number; us: number }>();
  for (let i = 0; i < samples.length; i++) {
    const entry = own.get(samples[i]!) ?? { samples: 0, us: 0 };
    entry.samples += 1;
    // The delta of a sample is the time since the one before; the node that was seen then ran through it.
    entry.us += timeDeltas[i + 1] ?? 0;
    own.set(samples[i]!, entry);
  }
  return own;
}

/** Calls `visit` with the stack of every node, the leaf first. Without recursion: stacks may be deep. */
function walk(
  { nodes }: Profiler.Profile,
  table: FrameTable,
  visit: (id: number, frames: readonly number[]) => void,
): void {
  const parents = new Map<number, number>();
  const frameOf = new Map<number, number>();
  for (const { id, callFrame, children } of nodes) {
    if (!leftOut.has(callFrame.functionName)) frameOf.set(id, table.indexOf(callFrame));
    for (const child of children ?? []) parents.set(child, id);
  }
  for (const { id } of nodes) {
    const frames: number[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frameOf.get(at);
      if (frame !== undefined) frames.push(frame);
    }
    if (frames.length > 0) visit(id, frames);
  }
}
