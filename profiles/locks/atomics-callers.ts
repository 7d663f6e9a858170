import type { LockCapture } from '../../results/schema/index.js';
import { isOurs } from '../attribution/attribute.js';
import { placeOf } from '../attribution/code-place.js';
import { findLineIndexOf } from '../attribution/line-numbers.js';
import { resolverFor } from '../attribution/line-resolver.js';
import { ownerOf } from '../attribution/owner.js';
import { nameOf } from '../attribution/top-function.js';
import type { AtomicsWaitFindings } from '../inspector/agents/atomics-wait.js';

type Atomics = NonNullable<LockCapture['atomics']>;

/** Callers of `Atomics.wait` by function and layer, longest wait first; stacks that end in the same function are one caller. */
export function atomicsOf({ waits, waitMs, longestMs, callers }: AtomicsWaitFindings, node: number): Atomics {
  const frames = callers.flatMap((caller) => caller.frames);
  const index = findLineIndexOf(frames.map(({ url }) => url));
  const lines = index === null ? null : resolverFor(frames, index);
  const merged = new Map<string, Atomics['callers'][number]>();
  for (const caller of callers) {
    const stack = caller.frames.map((frame) => placeOf(frame, lines, isOurs(node, index)));
    const where = nameOf(stack) ?? '(others)';
    const layer = ownerOf(stack);
    const known = merged.get(`${layer} ${where}`);
    if (known === undefined) {
      merged.set(`${layer} ${where}`, { where, layer, count: caller.count, waitMs: caller.waitMs });
    } else {
      known.count += caller.count;
      known.waitMs += caller.waitMs;
    }
  }
  return { waits, waitMs, longestMs, callers: [...merged.values()].sort((a, b) => b.waitMs - a.waitMs) };
}
