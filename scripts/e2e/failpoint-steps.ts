import type { FailpointName, FailpointPhase } from '../../server/io/failpoint.js';

/**
 * What brings a node to a point:
 * `fresh`: a start without a data directory;
 * `emptied`: the same, and the directory is emptied first, because the one before has its identity already;
 * `start`: a start behind a kill;
 * `torn`: a start behind a write that was cut in the middle;
 * `damaged`: a start with a bit flipped in the newest snapshot;
 * `load`: writes;
 * `lag`: a start when the leader's log no longer holds what the node lacks;
 * `vote`: the others change their leader;
 * `lead`: the node is given the lead;
 * `stop`: SIGTERM.
 */
export type Way =
  | 'fresh'
  | 'emptied'
  | 'start'
  | 'torn'
  | 'damaged'
  | 'load'
  | 'lag'
  | 'vote'
  | 'lead'
  | 'stop';

export interface Step {
  readonly name: FailpointName;
  readonly phase: FailpointPhase;
  readonly way: Way;
  /** `power-cut`: what was not synced is gone after the kill; `real`: the page cache lives. */
  readonly disk: 'real' | 'power-cut';
  readonly fsync: 'group' | 'interval';
}

type Row = readonly [FailpointName, Way, ...FailpointPhase[]];

/**
 * Before each step with a power cut: what was done before is there only if it was synced. In and after the steps whose outcome the next start can see,
 * with the page cache alive. Where a step stands right behind another, "before" it is "after" that one, so not every phase is walked.
 */
const MAKING: readonly Row[] = [
  ['lock-take', 'fresh', 'before', 'after'],
  ['data-directory-make', 'fresh', 'before'],
  ['wal-directory-make', 'fresh', 'before'],
  ['snapshots-directory-make', 'fresh', 'before', 'after'],
  ['snapshot-rename', 'fresh', 'after'],
  ['segment-rename', 'fresh', 'after'],
  ['unfinished-remove', 'fresh', 'before', 'after'],
  ['identity-create', 'fresh', 'before'],
  ['identity-write', 'fresh', 'before', 'after'],
  ['identity-sync', 'fresh', 'before'],
  ['identity-rename', 'fresh', 'before', 'after'],
  ['identity-directory-sync', 'emptied', 'before', 'after'],
];

const LIVING: readonly Row[] = [
  ['received-create', 'lag', 'before'],
  ['received-write', 'lag', 'before', 'during'],
  ['received-sync', 'lag', 'before'],
  ['received-rename', 'lag', 'before', 'after'],
  ['received-directory-sync', 'lag', 'before', 'after'],
  ['log-append-write', 'load', 'before', 'during'],
  ['recovery-zero-write', 'torn', 'before', 'after'],
  ['recovery-write', 'start', 'before'],
  ['recovery-sync', 'start', 'before'],
  ['recovery-directory-sync', 'start', 'before', 'after'],
  ['log-entries-sync', 'load', 'before', 'after'],
  ['log-close-sync', 'stop', 'before', 'after'],
  ['segment-create', 'load', 'before'],
  ['segment-preallocate-write', 'load', 'before', 'during'],
  ['leftover-remove', 'start', 'before', 'after'],
  ['segment-preallocate-sync', 'load', 'before'],
  ['segment-head-write', 'load', 'before'],
  ['segment-head-sync', 'load', 'before'],
  ['segment-rename', 'load', 'before', 'after'],
  ['segment-directory-sync', 'load', 'before', 'after'],
  ['segment-remove', 'load', 'before', 'after'],
  ['segment-remove-directory-sync', 'load', 'before', 'after'],
  ['snapshot-create', 'load', 'before'],
  ['snapshot-write', 'load', 'before', 'during'],
  ['snapshot-sync', 'load', 'before'],
  ['snapshot-rename', 'load', 'before', 'after'],
  ['snapshot-directory-sync', 'load', 'before', 'after'],
  ['snapshot-remove', 'load', 'before', 'after'],
  ['snapshot-remove-directory-sync', 'load', 'before', 'after'],
  ['snapshot-set-aside', 'damaged', 'before'],
  ['snapshot-set-aside-directory-sync', 'damaged', 'before', 'after'],
  ['log-hard-state-sync', 'vote', 'before', 'after'],
  ['send-vote-response', 'vote', 'before', 'after'],
  ['send-append-response', 'load', 'before', 'after'],
  ['send-heartbeat-response', 'load', 'after'],
  ['send-vote', 'lead', 'before', 'after'],
  ['send-append', 'lead', 'before', 'after'],
];

/** Strategy B, whose background sync and whose sync at the end of a segment the others do not have. */
const INTERVAL: readonly Row[] = [
  ['log-interval-sync', 'load', 'before', 'after'],
  ['segment-seal-sync', 'load', 'before'],
];

/** Needs what a kill left in the page cache. */
const NEEDS_PAGE_CACHE: ReadonlySet<FailpointName> = new Set(['recovery-zero-write', 'leftover-remove']);
/** Needs that what it did is lost with the kill, or the damage would be gone. */
const NEEDS_POWER_CUT: ReadonlySet<FailpointName> = new Set([
  'snapshot-set-aside',
  'snapshot-set-aside-directory-sync',
]);

export const STEPS: readonly Step[] = [
  ...expand(MAKING, 'group'),
  ...expand(LIVING, 'group'),
  ...expand(INTERVAL, 'interval'),
];

function expand(rows: readonly Row[], fsync: Step['fsync']): Step[] {
  return rows.flatMap(([name, way, ...phases]) =>
    phases.map((phase): Step => ({ name, phase, way, fsync, disk: diskOf(name, way, phase, fsync) })),
  );
}

function diskOf(
  name: FailpointName,
  way: Way,
  phase: FailpointPhase,
  fsync: Step['fsync'],
): 'real' | 'power-cut' {
  if (NEEDS_POWER_CUT.has(name)) return 'power-cut';
  // A half-made directory is what the steps of its making are about; under B a power cut may take what was acknowledged.
  if (NEEDS_PAGE_CACHE.has(name) || way === 'fresh' || fsync === 'interval') return 'real';
  return phase === 'before' ? 'power-cut' : 'real';
}
