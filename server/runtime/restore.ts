import { StrataError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { SnapshotInfo, SnapshotStorage } from '../ports/snapshot-storage.js';
import type { CreateRecords } from '../state/ordered-records.js';
import type { StateMachine } from '../state/state-machine.js';
import { StateRestorer } from '../state/state-restorer.js';

/** Lets everything that is ready have its turn. */
export function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.defer(resolve));
}

export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(delayMs, resolve));
}

/**
 * A state machine made from a snapshot, one block a turn of the event loop, so that heartbeats go on meanwhile. Null when `isWanted` says no
 * on the way. Fails with STRATA_SNAPSHOT_CORRUPT or whatever else the storage says.
 */
export async function restoreState(
  parts: {
    readonly snapshots: SnapshotStorage;
    readonly clock: Clock;
    readonly createRecords?: CreateRecords;
  },
  info: SnapshotInfo,
  isWanted: () => boolean = () => true,
): Promise<StateMachine | null> {
  const file = `snapshot ${info.meta.index}`;
  const restorer = new StateRestorer(file, parts.createRecords);
  for await (const block of parts.snapshots.read(info)) {
    restorer.push(block);
    await turn(parts.clock);
    if (!isWanted()) return null;
  }
  const machine = restorer.finish();
  if (machine.appliedIndex !== info.meta.index) {
    const reason = `it holds the state after entry ${machine.appliedIndex}`;
    throw new StrataError('STRATA_SNAPSHOT_CORRUPT', { file, offset: 0, reason });
  }
  return machine;
}
