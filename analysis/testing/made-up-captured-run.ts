import type { PassData, RunData } from '../../results/run-directory.js';
import type { Capture } from '../../results/schema/index.js';
import { madeUpBpf } from './captures/bpf.js';
import { madeUpEventLoop } from './captures/event-loop.js';
import { madeUpGc } from './captures/gc.js';
import type { MadeUpRole } from './captures/head.js';
import { madeUpHeap } from './captures/heap.js';
import { madeUpLocks } from './captures/locks.js';
import { madeUpPerf } from './captures/perf.js';
import { madeUpPool } from './captures/pool.js';
import { madeUpProc } from './captures/proc.js';
import { madeUpSyncCalls } from './captures/sync-calls.js';
import { madeUpDescriptors } from './captures/syscalls.js';
import { madeUpTool } from './captures/tool.js';
import { mapPoints } from './change-run.js';
import { madeUpRun } from './made-up-run.js';

type Make = (node: number, role: MadeUpRole) => Capture;

/** One pass of one probe over leader and follower; its effect is that of made-up numbers. */
export function madeUpPass(makes: readonly Make[], change: Partial<PassData['pass']> = {}): PassData {
  const captures = makes.flatMap((make) => [make(1, 'leader'), make(2, 'follower')]);
  return {
    pass: {
      schema: 'strata.pass/1',
      probe: captures[0]?.probe ?? 'none',
      question: 'What does it do meanwhile?',
      tier: 'T0',
      cost: 'stated in the report',
      seconds: 3,
      throughputPerSecond: 18_900,
      referencePerSecond: [19_200, 19_000],
      captures: captures.map((capture, index) => `node-${capture.node}-${index >> 1}.json`),
      failed: null,
      ...change,
    },
    captures,
  };
}

const EVERY_KIND: readonly (readonly Make[])[] = [
  [madeUpGc],
  [madeUpEventLoop],
  [madeUpPool],
  [madeUpLocks],
  [madeUpProc],
  [madeUpHeap, (node, role) => madeUpHeap(node, role, 'inuse')],
  [madeUpDescriptors],
  [madeUpSyncCalls],
  [madeUpPerf],
  [madeUpBpf],
  [madeUpTool],
];

/** The made-up run with a pass of every kind of probe at its middle level, its own trace of syscalls replaced. */
export function madeUpCapturedRun(): RunData {
  const passes = EVERY_KIND.map((makes) => madeUpPass(makes));
  return withPasses((own) => [...own.filter(({ pass }) => pass.probe !== 'strace'), ...passes]);
}

/** The made-up run with other passes at its middle level. */
export function withPasses(change: (own: readonly PassData[]) => readonly PassData[]): RunData {
  return mapPoints(madeUpRun(), (point) => {
    if (point.ref.id !== 'mid') return point;
    const passes = change(point.passes);
    return { ...point, ref: { ...point.ref, passes: passes.map(({ pass }) => pass.probe) }, passes };
  });
}

/** The made-up run with these captures beside its own, one pass each. */
export function withCaptures(...captures: readonly Capture[]): RunData {
  return withPasses((own) => [
    ...own,
    ...captures.map((capture) => ({ ...madeUpPass([]), pass: passOf(capture), captures: [capture] })),
  ]);
}

function passOf(capture: Capture): PassData['pass'] {
  return { ...madeUpPass([]).pass, probe: capture.probe, captures: [`node-${capture.node}.json`] };
}
