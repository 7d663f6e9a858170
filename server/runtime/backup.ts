import { StrataError } from '../errors.js';
import type { NodeContext } from './node-context.js';
import type { SnapshotTaker } from './snapshot-taker.js';

/** The bytes of a snapshot file that holds at least what was applied when the first piece was asked for. */
export async function* backupBytes(context: NodeContext, taker: SnapshotTaker): AsyncIterable<Uint8Array> {
  const info = await taker.fresh();
  const file = await context.snapshots.openFile(info);
  try {
    for (let offset = 0; offset < info.fileBytes; ) {
      if (context.isStopped) throw new StrataError('STRATA_SHUTTING_DOWN');
      const bytes = await file.readAt(offset, context.snapshotRules.sliceBytes);
      if (bytes.length === 0) {
        throw new StrataError('STRATA_SNAPSHOT_CORRUPT', {
          file: `snapshot ${info.meta.index}`,
          offset,
          reason: `it ends before its ${info.fileBytes} bytes`,
        });
      }
      offset += bytes.length;
      yield bytes;
    }
  } finally {
    await file.close();
  }
}
