import type { EventLoopCapture } from '../../../results/schema/index.js';
import { madeUpPercentiles } from '../made-up-parts.js';
import { type MadeUpRole, madeUpHead } from './head.js';

/** One stall at a known place and one at an unknown, `stallMs` and half of it. */
export function madeUpEventLoop(node: number, role: MadeUpRole, stallMs = 24): EventLoopCapture {
  const delay = madeUpPercentiles(400, 2_400, 2_000);
  return {
    schema: 'strata.event-loop/1',
    ...madeUpHead('event-loop', node, role),
    resolutionMs: 10,
    utilization: 0.71,
    delay: { ...delay, max: Math.max(delay.max, stallMs * 1e3) },
    stalls: [
      {
        atNs: 600_000_000_500_000,
        ms: stallMs,
        where: 'encodeSnapshot (server/log/snapshot/snapshot-codec.js:31)',
      },
      { atNs: 600_000_900_000_000, ms: stallMs / 2, where: null },
    ],
  };
}
