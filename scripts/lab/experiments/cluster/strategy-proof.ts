import type { NodeWindow, StrategyLetter } from '../../../../results/schema/index.js';
import { counterOf } from './cluster-window.js';
import { prove } from './proof.js';

/** Syncs on one entry each that make a leader one of strategy A: fewer would be shared. */
const OWN_SYNC_SHARE_MIN = 0.9;

/** What a leader did to its disk for the entries of a window. */
export interface SyncCounts {
  readonly entries: number;
  /** Syncs that entries waited for. */
  readonly forEntries: number;
  /** Syncs by the clock, that nothing waits for. */
  readonly byInterval: number;
}

export function syncCounts(leader: NodeWindow): SyncCounts {
  return {
    entries: counterOf(leader, 'log_entries_total'),
    forEntries: counterOf(leader, 'io_fsync_cause_entries_total'),
    byInterval: counterOf(leader, 'io_fsync_cause_interval_total'),
  };
}

/** Each strategy leaves another trace in the syncs. @throws UnprovenError when the trace is another strategy's. */
export function proveStrategy(arm: string, letter: StrategyLetter, counts: SyncCounts): void {
  const { entries, forEntries, byInterval } = counts;
  const counted = `of ${entries} entries ${forEntries} syncs were waited for, and ${byInterval} came by the clock`;
  prove(entries > 0, arm, 'the leader appended no entry');
  const holds = {
    A: forEntries >= OWN_SYNC_SHARE_MIN * entries,
    B: forEntries === 0 && byInterval > 0,
    C: forEntries === 0 && byInterval === 0,
    G: forEntries > 0 && forEntries < entries,
  }[letter];
  prove(holds, arm, counted);
}
