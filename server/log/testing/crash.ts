import type { TestContext } from 'node:test';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';

/**
 * What is left of the disk: the page cache of a killed process, or what a power cut leaves when all, none or some of
 * what was not synced had reached it.
 */
const VARIANTS: readonly {
  readonly name: string;
  cut(disk: VolatileFileSystem, step: number): VolatileFileSystem;
}[] = [
  { name: 'killed', cut: (disk) => disk.processCrash(SLOW) },
  { name: 'power cut, nothing unsynced survives', cut: (disk) => disk.powerCut(() => false, SLOW) },
  { name: 'power cut, everything survives', cut: (disk) => disk.powerCut(() => true, SLOW) },
  ...[1, 2, 3].map((seed) => ({
    name: `power cut, chance ${seed}`,
    cut: (disk: VolatileFileSystem, step: number) => disk.powerCut(coin(seed * 1000 + step), SLOW),
  })),
];

const SLOW = { defer: (task: () => void) => void setImmediate(task) };

const STEPS_MAX = 400;

/**
 * Ends the life of the process at each call on the disk in turn, the call under way. `run` is what is under test; `check` gets the disk as the next
 * start finds it. Returns the number of calls and tells how many crashes were looked at.
 */
export async function crashAtEveryCall<Prepared>(
  t: TestContext,
  options: {
    prepare(disk: VolatileFileSystem): Promise<Prepared>;
    run(prepared: Prepared, disk: VolatileFileSystem): Promise<void>;
    check(disk: VolatileFileSystem, prepared: Prepared): Promise<void>;
  },
): Promise<number> {
  let steps = 0;
  let crashes = 0;
  for (const { name, cut } of VARIANTS) {
    for (let step = 1; ; step++) {
      if (step > STEPS_MAX) throw new Error(`still running after ${STEPS_MAX} calls`);
      let calls = Number.NEGATIVE_INFINITY;
      let left: VolatileFileSystem | null = null;
      const { promise: crashed, resolve: crash } = withResolvers();
      const disk = new VolatileFileSystem({
        ...SLOW,
        onCall: () => {
          if (++calls === step)
            queueMicrotask(() => {
              left = cut(disk, step);
              crash();
            });
          return null;
        },
      });
      const prepared = await options.prepare(disk);
      calls = 0;
      await Promise.race([options.run(prepared, disk), crashed]);
      if (left === null) {
        steps = step - 1;
        break;
      }
      try {
        await options.check(left, prepared);
        crashes++;
      } catch (error) {
        throw new Error(`${name} at call ${step}: ${(error as Error).message}`, { cause: error });
      }
    }
  }
  t.diagnostic(
    `${steps} calls on the disk, ${crashes} crashes in ${VARIANTS.length} kinds: each start is as allowed`,
  );
  return steps;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function coin(seed: number): () => boolean {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 < 0.5;
  };
}
