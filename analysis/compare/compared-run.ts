import type { LoadSummary, NodeWindow, PointRef, Run } from '../../results/schema/index.js';

/** What a comparison reads of a point: its measured pass, and nothing of the probes. */
export interface ComparedPoint {
  readonly ref: PointRef;
  readonly summary: LoadSummary;
  readonly nodes: readonly NodeWindow[];
}

/** One run: the unit of replication. */
export interface ComparedRun {
  /** As its user knows it: the folder, or the id. */
  readonly name: string;
  readonly run: Run;
  readonly points: readonly ComparedPoint[];
}

/** Oldest first, by name where two began together: an order that does not depend on how a folder was read. */
export function inTimeOrder(runs: readonly ComparedRun[]): ComparedRun[] {
  const key = ({ run, name }: ComparedRun): string => `${run.startedAt} ${name}`;
  return [...runs].sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}

/** `a5bd720`, with a + for files that were not committed; null where there was no repository. */
export function shortCommit({ git }: Run): string | null {
  return git.commit === null ? null : `${git.commit.slice(0, 7)}${git.dirty ? '+' : ''}`;
}
