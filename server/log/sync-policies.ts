/**
 * When an append may be acknowledged. The caller writes; the policy says what has to happen between the write
 * and the acknowledgement, and how much may share one write.
 *
 * | policy       | write shared | before the acknowledgement    | a power cut may lose                   |
 * |--------------|--------------|-------------------------------|----------------------------------------|
 * | A `always`   | no           | a sync of its own             | nothing                                |
 * | B `interval` | yes          | write() returned              | acknowledged writes of one interval    |
 * | C `none`     | yes          | write() returned              | whatever the page cache held           |
 * | G `group`    | yes          | the sync that the batch shares | nothing                                |
 *
 * Term and vote are not a matter of policy: an append with `mustSync` is synced under all four.
 */
export interface SyncPolicy {
  /** Most entries that one write, and so one sync, may carry. */
  readonly entriesPerWriteMax: number;
  /** Entries are synced before they are acknowledged. */
  readonly syncsEntries: boolean;
  /**
   * The log remembers the commit index. Where entries are acknowledged before they are synced, a power cut may take from a majority what was committed:
   * the nodes that still have it must then be able to give it up, or they would hold on to what the others replaced (Raft §5.4 needs that entries
   * which are acknowledged stay). A start learns the commit index from the leader.
   */
  readonly remembersCommit: boolean;
  /** A sync runs in the background at the configured interval while anything is unsynced. */
  readonly syncsInBackground: boolean;
}

export type SyncPolicyName = 'always' | 'interval' | 'none' | 'group';

const SYNCED = { syncsEntries: true, syncsInBackground: false, remembersCommit: true } as const;
const UNSYNCED = {
  entriesPerWriteMax: Number.POSITIVE_INFINITY,
  syncsEntries: false,
  remembersCommit: false,
} as const;

export const SYNC_POLICIES: Readonly<Record<SyncPolicyName, SyncPolicy>> = {
  always: { ...SYNCED, entriesPerWriteMax: 1 },
  interval: { ...UNSYNCED, syncsInBackground: true },
  none: { ...UNSYNCED, syncsInBackground: false },
  group: { ...SYNCED, entriesPerWriteMax: Number.POSITIVE_INFINITY },
};

export type SyncPrimitiveName = 'fdatasync' | 'fsync' | 'dsync';

/**
 * O_DSYNC makes every write a sync, which is the opposite of what `interval` and `none` stand for: with those
 * two, files are opened plainly and `dsync` means fdatasync for the syncs that remain (term and vote,
 * interval, rotation, close).
 */
export function opensWithDsync(policy: SyncPolicy, primitive: SyncPrimitiveName): boolean {
  return primitive === 'dsync' && policy.syncsEntries;
}
