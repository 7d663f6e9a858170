import { readProc } from './proc.js';
import { moreDefinite, type ThreadKind } from './proc-threads.js';

/** The kind of each thread as /proc tells it now, or told it in an earlier sight: a thread that runs shows less than one that sleeps. */
export function readThreadKinds(
  pid: number,
  earlier: ReadonlyMap<number, ThreadKind> = new Map(),
): Map<number, ThreadKind> {
  const kinds = new Map(earlier);
  for (const { tid, kind } of readProc(pid)?.threads ?? []) {
    kinds.set(tid, moreDefinite(kind, kinds.get(tid) ?? 'worker'));
  }
  return kinds;
}
