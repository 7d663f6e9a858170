import { randomBytes } from 'node:crypto';
import type { SnapshotMeta } from '../../server/consensus/messages.js';
import { NodeFileSystem } from '../../server/io/node-file-system.js';
import { restoreDataDirectory, verifySnapshotFile } from '../../server/log/snapshot/restore.js';
import { SystemClock } from '../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../server/runtime/metrics-registry.js';
import { StateRestorer } from '../../server/state/state-restorer.js';
import type { MemberRecord } from '../../server/state/vocabulary.js';

const BLOCK_BYTES_MAX = 262_144;

export function fileSystem(): NodeFileSystem {
  return new NodeFileSystem({ clock: new SystemClock(), metrics: new MetricsRegistry() });
}

/** Reads the whole file; STRATA_SNAPSHOT_CORRUPT and STRATA_SNAPSHOT_VERSION name it. */
export async function checkBackup(path: string): Promise<SnapshotMeta> {
  return (await verifySnapshotFile(path, fileSystem())).meta;
}

export interface RestorePlan {
  readonly from: string;
  readonly dataDir: string;
  readonly clusterId: string;
  /** The one voter of the new cluster. */
  readonly member: MemberRecord;
}

/**
 * The data directory of a new cluster's first node: the keys of the backup, the members of nobody but itself. The members of the old cluster are
 * not carried over, so that a node of the old cluster which still runs somewhere can never vote in the new one.
 */
export async function restoreBackup({
  from,
  dataDir,
  clusterId,
  member,
}: RestorePlan): Promise<SnapshotMeta> {
  const { index, term } = await checkBackup(from);
  const meta: SnapshotMeta = {
    index,
    term,
    voters: [member.id],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  await restoreDataDirectory({
    from,
    dataDir,
    clusterId,
    nodeId: member.id,
    storageId: randomBytes(16).toString('hex'),
    meta,
    transform: (blocks) => withMembers(from, blocks, [member]),
    fileSystem: fileSystem(),
  });
  return meta;
}

async function* withMembers(
  from: string,
  blocks: AsyncIterable<Uint8Array>,
  members: readonly MemberRecord[],
): AsyncIterable<Uint8Array> {
  const restorer = new StateRestorer(from);
  for await (const block of blocks) restorer.push(block);
  const machine = restorer.finish();
  machine.replaceMembers(members);
  const snapshot = machine.beginSnapshot();
  for (let block = snapshot.next(BLOCK_BYTES_MAX); block !== null; block = snapshot.next(BLOCK_BYTES_MAX))
    yield block;
  snapshot.release();
}
