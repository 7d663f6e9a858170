import { isComparable } from './comparability.js';
import { type ComparedRun, inTimeOrder } from './compared-run.js';

/**
 * The runs of a folder of baselines that a contender is compared with: of all that were made on the same machine with the same configuration, those of the
 * newest commit, which are its repeats. The contender's own runs are left out. Empty when there are none.
 */
export function newestBaseline(
  stored: readonly ComparedRun[],
  contender: readonly ComparedRun[],
): readonly ComparedRun[] {
  const own = new Set(contender.map(identity));
  const first = contender[0];
  const fitting = inTimeOrder(stored).filter(
    (run) => !own.has(identity(run)) && first !== undefined && isComparable(run, first),
  );
  const newest = fitting.at(-1);
  // Without a commit nobody knows which runs are repeats of each other: the newest stands for itself.
  if (newest === undefined || newest.run.git.commit === null) return newest === undefined ? [] : [newest];
  return fitting.filter(
    ({ run }) => run.git.commit === newest.run.git.commit && run.git.dirty === newest.run.git.dirty,
  );
}

/** When a run began tells it from any other of the same machine. */
export function identity({ run }: ComparedRun): string {
  return `${run.startedAt} ${run.machine.hostname}`;
}
