import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { Progress } from '../../consensus/progress.js';
import { Raft } from '../../consensus/raft.js';
import { RaftLog } from '../../consensus/raft-log.js';
import { RawNode } from '../../consensus/raw-node.js';
import { ReadRounds } from '../../consensus/read-index.js';
import { Driver } from '../../consensus/testing/driver.js';
import { StrataError } from '../../errors.js';
import { type DiskCall, type DiskFault, VolatileFileSystem } from '../../io/volatile-file-system.js';
import { Batcher } from '../../log/batcher.js';
import { flip } from '../../log/testing/directory-fixtures.js';
import {
  append,
  entries,
  entry,
  meta,
  openTestLog,
  reset,
  settle,
  takeSnapshot,
} from '../../log/testing/log-fixtures.js';
import { Applier } from '../../runtime/applier.js';
import { ReadLease } from '../../runtime/read-lease.js';
import { ReadQueue } from '../../runtime/read-queue.js';
import { SessionTable } from '../../state/session-table.js';
import { SIM_MUTATIONS } from './index.js';

/** Everything that a mutation may replace a member of. */
const CLASSES = [
  Applier,
  Batcher,
  Progress,
  Raft,
  RaftLog,
  RawNode,
  ReadLease,
  ReadQueue,
  ReadRounds,
  SessionTable,
  VolatileFileSystem,
];

function members(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { name, prototype } of CLASSES) {
    for (const [member, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      found.set(`${name}.${member}`, get ?? value);
  }
  return found;
}

/** The same with the defect, without it, and with it taken out again. */
async function compare<Result>(name: string, behaviour: () => Result | Promise<Result>) {
  const before = await behaviour();
  const undo = SIM_MUTATIONS.find((mutation) => mutation.name === name)!.apply();
  try {
    return { before, during: await behaviour() };
  } finally {
    undo();
    assert.deepEqual(await behaviour(), before, 'taken out, it leaves a trace');
  }
}

describe('mutations', () => {
  it('are numbered 1 to 20, each under a name of its own, and say who may find them', () => {
    assert.deepEqual(
      SIM_MUTATIONS.map(({ number }) => number),
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    assert.equal(new Set(SIM_MUTATIONS.map(({ name }) => name)).size, 20);
    for (const { name, foundBy } of SIM_MUTATIONS) assert.ok(foundBy.length > 0, name);
  });

  for (const { name, apply } of SIM_MUTATIONS) {
    it(`${name} changes the code of all nodes, and leaves no trace`, () => {
      const before = members();
      const undo = apply();
      const during = members();
      undo();
      assert.notDeepEqual(during, before);
      assert.deepEqual(members(), before);
    });
  }
});

describe('with its defect', () => {
  it('solo-acknowledges-before-sync: an entry is handed out before the disk has it', async () => {
    const { before, during } = await compare('solo-acknowledges-before-sync', () => {
      const driver = new Driver({ voters: [1] });
      driver.raw.campaign();
      driver.settle();
      driver.raw.propose(new Uint8Array([1]));
      driver.drain();
      return driver.committed.map(({ index }) => index);
    });
    assert.deepEqual(before, [1]);
    assert.deepEqual(during, [1, 2]);
  });

  it('read-without-quorum: a read is confirmed before anybody answered', async () => {
    const { before, during } = await compare('read-without-quorum', () => {
      const driver = new Driver().leadEstablished();
      driver.raw.readIndex(7);
      return driver.drain().readStates;
    });
    assert.deepEqual(before, []);
    assert.deepEqual(during, [{ context: 7, index: 1 }]);
  });

  it('read-quorum-one-short: two of five are enough', async () => {
    const { before, during } = await compare('read-quorum-one-short', () => {
      const driver = new Driver({ voters: [1, 2, 3, 4, 5] }).leadEstablished();
      driver.raw.readIndex(7);
      driver.drain();
      const { context } = driver.take(MessageType.Heartbeat).at(-1)!;
      const answer = (from: number) =>
        driver.step({ type: MessageType.HeartbeatResponse, from, term: driver.raw.term, context }).readStates
          .length;
      return [answer(5), answer(4)];
    });
    assert.deepEqual(before, [0, 1]);
    assert.deepEqual(during, [1, 1]);
  });

  it('read-round-reused: the answer to the first try confirms what joined the second', async () => {
    const { before, during } = await compare('read-round-reused', () => {
      const queue = new ReadQueue(0, 10);
      const waiting = { key: null, done: () => {} } as unknown as Parameters<ReadQueue['add']>[0];
      queue.add(waiting);
      const first = queue.nextRound(0);
      queue.add(waiting);
      queue.nextRound(20e6);
      queue.confirm(first, 5, 21e6);
      return queue.takeServable(5)?.reads.length ?? 0;
    });
    assert.equal(before, 0);
    assert.equal(during, 2);
  });

  it('read-before-replay: the first round of a life is served at once, later ones wait', async () => {
    const { before, during } = await compare('read-before-replay', () => {
      const queue = new ReadQueue(0, 10);
      const serve = (index: number, appliedIndex: number): number => {
        queue.add({ key: null, done: () => {} } as unknown as Parameters<ReadQueue['add']>[0]);
        queue.confirm(queue.nextRound(0), index, 0);
        return queue.takeServable(appliedIndex)?.reads.length ?? 0;
      };
      return [serve(9, 3), serve(9, 9), serve(12, 11)];
    });
    assert.deepEqual(before, [0, 1, 1]);
    assert.deepEqual(during, [1, 1, 0]);
  });

  it('lease-without-check-quorum: the lease does not end', async () => {
    const { before, during } = await compare('lease-without-check-quorum', () => {
      const lease = new ReadLease(100, 10);
      lease.grant(3, 0);
      return [lease.isValid(3, 1e6), lease.isValid(3, 1e9), lease.isValid(4, 1e6)];
    });
    assert.deepEqual(before, [true, false, false]);
    assert.deepEqual(during, [true, true, false]);
  });

  it('progress-not-sorted: two of five commit', async () => {
    const { before, during } = await compare('progress-not-sorted', () => {
      const driver = new Driver({ voters: [1, 2, 3, 4, 5], id: 1 }).leadEstablished();
      for (let index = 2; index <= 6; index++) driver.raw.propose(new Uint8Array([index]));
      driver.drain();
      const { term } = driver.raw;
      // Node 3 passes node 2 above what is accepted; then the leader's own disk is done.
      for (const [from, index] of [
        [2, 5],
        [3, 3],
        [3, 6],
      ] as const)
        driver.receive({ type: MessageType.AppendResponse, from, term, index }).drain();
      driver.complete();
      return driver.raw.commitIndex;
    });
    assert.equal(before, 5);
    assert.equal(during, 6);
  });

  it('probe-stalls: whom nothing is to be found out about gets no entries', async () => {
    const { before, during } = await compare('probe-stalls', () => {
      const progress = new Progress(2, 5, 16, 65_536);
      progress.match = 4;
      return progress.isPaused;
    });
    assert.equal(before, false);
    assert.equal(during, true);
  });

  it('snapshot-without-sessions: nothing is captured', async () => {
    const { before, during } = await compare('snapshot-without-sessions', () => {
      const table = new SessionTable();
      table.open(5, 10);
      return table.capture().length;
    });
    assert.equal(before, 1);
    assert.equal(during, 0);
  });

  it('log-gap-behind-snapshot: the log that was not begun anew is refused', async () => {
    const { before, during } = await compare('log-gap-behind-snapshot', async () => {
      const disk = newDisk();
      const { log, snapshots } = await openTestLog(disk);
      await append(log, entries(1, 3));
      await takeSnapshot(snapshots, 9);
      await reset(log, meta(9, 1));
      await append(log, [entry(10)]);
      return opened(disk.processCrash());
    });
    assert.equal(before, 'base 9, entries 10');
    assert.equal(during, 'STRATA_WAL_CORRUPT');
  });

  it('sync-tried-again: an entry is acknowledged, and gone after a power cut', async () => {
    const { before, during } = await compare('sync-tried-again', async () => {
      let left = 1;
      const disk = newDisk(({ kind, path }) =>
        kind === 'fdatasync' && path.endsWith('.wal') && left-- > 0 ? { code: 'EIO' } : null,
      );
      const { log } = await openTestLog(disk);
      let isAcknowledged = false;
      const onDurable = (): void => {
        isAcknowledged = true;
      };
      log.append({ entries: entries(1, 1), hardState: null, snapshot: null, mustSync: false, onDurable });
      await settle();
      return [isAcknowledged, await opened(disk.powerCut(() => false))];
    });
    assert.deepEqual(before, [false, 'base 0, entries ']);
    assert.deepEqual(during, [true, 'base 0, entries ']);
  });

  it('log-cut-at-damage: a log with a damaged middle opens without its end', async () => {
    const { before, during } = await compare('log-cut-at-damage', async () => {
      const disk = newDisk();
      const { log } = await openTestLog(disk, { segmentBytes: 4096 });
      for (let index = 1; index <= 9; index++) await append(log, [entry(index, 1, 900)]);
      await settle();
      const next = disk.processCrash();
      const [second] = [...next.snapshot()].filter(([path]) => path.includes('/0000000002-'));
      next.put(second![0], flip(second![1], 8 * 2048));
      return opened(next);
    });
    assert.equal(before, 'STRATA_WAL_CORRUPT');
    assert.equal(during, 'base 0, entries 1 2 3 4 5 6');
  });

  it('directory-not-synced: a segment is gone after a power cut', async () => {
    const { before, during } = await compare('directory-not-synced', async () => {
      const disk = newDisk();
      const { log } = await openTestLog(disk);
      await append(log, entries(1, 2));
      return opened(disk.powerCut(() => false));
    });
    assert.equal(before, 'base 0, entries 1 2');
    // Not even what says whose directory it is was there.
    assert.equal(during, 'base 0, entries ');
  });
});

function newDisk(onCall: (call: DiskCall) => DiskFault | null = () => null): VolatileFileSystem {
  return new VolatileFileSystem({ defer: (task) => void setImmediate(task), onCall });
}

/** What a start finds, or the code it is refused with. */
async function opened(disk: VolatileFileSystem): Promise<string> {
  try {
    const { base, entries: found } = (await openTestLog(disk, { segmentBytes: 4096 })).log.recovered;
    return `base ${base.index}, entries ${found.map(({ index }) => index).join(' ')}`;
  } catch (error) {
    assert.ok(error instanceof StrataError);
    return error.code;
  }
}
