import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashAtEveryCall } from './testing/crash.js';
import { append, entries, meta, openTestLog, plain, takeSnapshot } from './testing/log-fixtures.js';
import { twice } from './testing/reopen.js';
import { content, stateOf } from './testing/snapshot-fixtures.js';

/** The process or the power ends at every call on the disk in turn; what a start finds then. */

const SMALL = { segmentBytes: 4096 };
const VOTE = { term: 4, vote: 2, commit: 0 };

test('A2.26 A2.27 a crash at every step of the making of a directory: the next start makes it', async (t) => {
  const state = [content(50, 1), content(60, 2)];
  const options = { ...SMALL, bootstrap: { meta: meta(0, 0), state } };
  const steps = await crashAtEveryCall(t, {
    prepare: async () => null,
    run: async (_, disk) => void (await openTestLog(disk, options)),
    check: (disk) =>
      twice(
        disk,
        { ...options, newStorageId: 'storage-2' },
        async ({ snapshots, snapshot, log, storageId }) => {
          assert.ok(storageId === 'storage-1' || storageId === 'storage-2');
          assert.deepEqual(await stateOf(snapshots, snapshot), state);
          assert.equal(log.recovered.entries.length, 0);
        },
      ),
  });
  assert.ok(steps >= 25, `${steps} calls`);
});

test('A2.26 A2.27 a crash at every step of a snapshot: the old one or the new one, whole, and the log', async (t) => {
  const steps = await crashAtEveryCall(t, {
    prepare: async (disk) => {
      const opened = await openTestLog(disk, SMALL);
      await append(opened.log, entries(1, 20, 4, 300), { ...VOTE, commit: 20 }, true);
      await takeSnapshot(opened.snapshots, 5, 4, [content(100, 5)]);
      return opened;
    },
    run: async ({ snapshots }) => {
      await takeSnapshot(snapshots, 9, 4, [content(700, 9), content(10, 1)]);
      await snapshots.prune();
    },
    check: (disk) =>
      twice(disk, SMALL, async ({ snapshots, snapshot, log }) => {
        const { index } = snapshot.meta;
        assert.ok(index === 5 || index === 9, `snapshot ${index}`);
        const state = index === 5 ? [content(100, 5)] : [content(700, 9), content(10, 1)];
        assert.deepEqual(await stateOf(snapshots, snapshot), state);
        assert.deepEqual(plain(log.recovered.entries), plain(entries(1, 20, 4, 300)));
      }),
  });
  assert.ok(steps >= 8, `${steps} calls`);
});

test('A2.26 A2.27 a crash at every step of a compaction: the log goes on without a gap', async (t) => {
  const steps = await crashAtEveryCall(t, {
    prepare: async (disk) => {
      const opened = await openTestLog(disk, SMALL);
      for (let index = 1; index <= 60; index += 5)
        await append(opened.log, entries(index, index + 4, 4, 300));
      await append(opened.log, [], { ...VOTE, commit: 60 }, true);
      await takeSnapshot(opened.snapshots, 45, 4);
      return opened;
    },
    run: async ({ log }) => {
      log.compact(40);
      await log.close();
    },
    check: (disk) =>
      twice(disk, SMALL, ({ log }) => {
        const { base, entries: found, hardState } = log.recovered;
        assert.ok(base.index <= 40);
        assert.deepEqual(plain(found), plain(entries(base.index + 1, 60, 4, 300)));
        assert.deepEqual(hardState, { ...VOTE, commit: 60 });
      }),
  });
  assert.ok(steps >= 8, `${steps} calls`);
});
