import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYNC_POLICIES } from './sync-policies.js';
import { crashAtEveryCall } from './testing/crash.js';
import {
  append,
  entries,
  entry,
  meta,
  openTestLog,
  plain,
  reset,
  takeSnapshot,
} from './testing/log-fixtures.js';
import { twice } from './testing/reopen.js';
import { content, stateOf } from './testing/snapshot-fixtures.js';

/** The process or the power ends at every call of a change of the log to a leader's snapshot. */

const SMALL = { segmentBytes: 4096 };
const VOTE = { term: 4, vote: 2, commit: 0 };

for (const strategy of ['group', 'none'] as const) {
  test(`A2.26 A2.27 A2.32 ${strategy}: a crash at every step of a reset: the log before it or the one behind it`, async (t) => {
    const options = { ...SMALL, strategy };
    const steps = await crashAtEveryCall(t, {
      prepare: async (disk) => {
        const opened = await openTestLog(disk, options);
        for (let index = 1; index <= 30; index += 5)
          await append(opened.log, entries(index, index + 4, 4, 300));
        await append(opened.log, [], { ...VOTE, commit: 10 }, true);
        return { ...opened, isReset: false, acknowledged: 0 };
      },
      run: async (opened) => {
        await takeSnapshot(opened.snapshots, 100, 6, [content(90, 3)]);
        opened.isReset = true;
        await reset(opened.log, meta(100, 6), { term: 7, vote: 3, commit: 100 });
        opened.acknowledged = 100;
        await append(opened.log, entries(101, 101, 7));
        if (strategy === 'group') opened.acknowledged = 101;
        await opened.log.close();
      },
      check: async (disk, { isReset, acknowledged }) => {
        await twice(disk, options, async ({ log, snapshot, snapshots }) => {
          const { base, entries: found, hardState } = log.recovered;
          const isSnapshot = snapshot.meta.index === 100;
          assert.ok(isSnapshot || !isReset, 'the snapshot was durable before the reset began');
          if (!isSnapshot) {
            assert.deepEqual(base, { index: 0, term: 0 });
            assert.deepEqual(plain(found), plain(entries(1, found.length, 4, 300)));
            assert.deepEqual(hardState, {
              ...VOTE,
              commit: SYNC_POLICIES[strategy].remembersCommit ? 10 : 0,
            });
            return;
          }
          assert.deepEqual(await stateOf(snapshots, snapshot), [content(90, 3)]);
          assert.deepEqual(base, { index: 100, term: 6 }, 'no old entry is read as following the snapshot');
          assert.deepEqual(plain(found), plain(entries(101, 101, 7).slice(0, found.length)));
          assert.ok(base.index + found.length >= acknowledged);
          assert.ok(hardState.commit >= 100 && hardState.term >= 6);
          if (acknowledged >= 100) assert.deepEqual([hardState.term, hardState.vote], [7, 3]);
        });
      },
    });
    assert.ok(steps >= 20, `${steps} calls`);
  });
}

test('A2.26 A2.27 a crash at every step of a restart of the log at a snapshot', async (t) => {
  const steps = await crashAtEveryCall(t, {
    prepare: async (disk) => {
      const { log, snapshots } = await openTestLog(disk, SMALL);
      for (let index = 1; index <= 30; index += 5) await append(log, entries(index, index + 4, 4, 300));
      await takeSnapshot(snapshots, 100, 6);
      await log.close();
    },
    run: async (_, disk) => {
      const { log } = await openTestLog(disk, SMALL);
      await append(log, [entry(101, 6)]);
      await log.close();
    },
    check: (disk) =>
      twice(disk, SMALL, ({ log, snapshot }) => {
        assert.equal(snapshot.meta.index, 100);
        assert.deepEqual(log.recovered.base, { index: 100, term: 6 });
        assert.deepEqual(
          plain(log.recovered.entries),
          plain([entry(101, 6)].slice(0, log.recovered.entries.length)),
        );
        assert.equal(log.recovered.hardState.commit, 100);
      }),
  });
  assert.ok(steps >= 20, `${steps} calls`);
});
