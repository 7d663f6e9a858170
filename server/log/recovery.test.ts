import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from './checksum.js';
import { segmentFileName } from './segment.js';
import { Forge, IDENTITY, NO_STATE, read, readFiles, refuses } from './testing/forge.js';
import { entries, entry, plain } from './testing/log-fixtures.js';

/** What the records of a log mean together; where they end is the matter of scan.test.ts. */

test('no segment: an empty log', async () => {
  const { replay, tail } = await readFiles({});
  assert.equal(tail, null);
  assert.deepEqual(replay.hardState, NO_STATE);
});

test('entries and the last hard state come back', async () => {
  const log = new Forge()
    .mark()
    .entries(entries(1, 3, 2))
    .hardState(2, 3, 1)
    .mark()
    .entries(entries(4, 5, 2))
    .hardState(2, 3, 4);
  const { replay, tail } = await read(log.bytes());
  assert.deepEqual(plain(replay.entries), plain(entries(1, 5, 2)));
  assert.deepEqual(replay.hardState, { term: 2, vote: 3, commit: 4 });
  assert.equal(tail?.endBytes, log.length);
});

test('a later entry replaces the suffix from its index', async () => {
  const log = new Forge()
    .mark()
    .entries(entries(1, 5, 1))
    .mark()
    .entries(entries(3, 4, 2));
  const { replay } = await read(log.bytes());
  assert.deepEqual(plain(replay.entries), plain([...entries(1, 2, 1), ...entries(3, 4, 2)]));
});

test('the term may fall at a replaced index, but not along the log', async () => {
  // A failed leader of term 4 left entry 2; the leader of term 5 brings its own, of term 3.
  const log = new Forge()
    .mark()
    .entries([entry(1, 1), entry(2, 4)])
    .mark()
    .entries([entry(2, 3), entry(3, 5)]);
  assert.deepEqual(
    (await read(log.bytes())).replay.entries.map(({ term }) => term),
    [1, 3, 5],
  );
  const falling = new Forge()
    .mark()
    .entries([entry(1, 4)])
    .entries([entry(2, 3)]);
  await refuses(read(falling.bytes()), /the term goes backwards: entry 2 has term 3, the entry before it 4/);
});

test('entries of a term above the hard state: the crash fell between them, no vote was cast', async () => {
  const log = new Forge()
    .mark()
    .entries([entry(1, 1)])
    .hardState(1, 2, 0)
    .mark()
    .entries([entry(2, 3)]);
  assert.deepEqual((await read(log.bytes())).replay.hardState, { term: 3, vote: 0, commit: 0 });
});

test('A2.24 records that cannot follow are refused at their offset', async () => {
  const start = () =>
    new Forge()
      .mark()
      .entries(entries(1, 3, 2))
      .hardState(2, 1, 2);
  const table: [Forge, RegExp][] = [
    [start().entries([entry(5, 2)]), /index gap: entry 5 after entry 3/],
    [start().entries([entry(0, 2)]), /entry with index 0/],
    [start().entries([entry(4, 0)]), /entry with index 4 and term 0/],
    [start().entries([entry(2, 3)]), /entry 2 replaces one at or below commit 2/],
    [
      start().entries([{ ...entry(3, 2), data: new Uint8Array(9) }]),
      /a second, different entry with index 3/,
    ],
    [start().hardState(1, 1, 2), /term of the hard state goes from 2 back to 1/],
    [start().hardState(2, 3, 2), /vote in term 2 changes from 1 to 3/],
    [start().hardState(2, 1, 1), /commit goes from 2 back to 1/],
    [start().hardState(2, 1, 4), /commit 4 is above the last entry 3/],
    [
      start()
        .entries([entry(4, 7)])
        .hardState(3, 0, 2),
      /the hard state has term 3, the last entry 7/,
    ],
    [start().mark({ offset: 8 }), /misplaced write/],
    [start().mark({ sequence: 2 }), /misplaced write/],
    [start().mark({ syncedBytes: 4096 }), /a mark that says 4096 bytes before it were synced/],
    [new Forge().entries([entry(1)]), /record 3 has type 2/],
  ];
  for (const [log, reason] of table) await refuses(read(log.bytes()), reason);
  const at = start().length;
  await refuses(
    read(
      start()
        .entries([entry(9, 2)])
        .bytes(),
    ),
    /index gap/,
    at,
  );
  const again = start();
  again.encoder.metadata({ ...IDENTITY, sequence: 1, firstIndex: 1, previousTerm: 0, isReset: false });
  await refuses(read(again.bytes()), /metadata record in the middle/, at);
});

test('segments continue each other, without gaps', async () => {
  const first = () => new Forge().mark().entries(entries(1, 3)).bytes();
  const second = (firstIndex = 4, term = 1) =>
    new Forge(2, firstIndex, term)
      .mark()
      .entries([entry(firstIndex)])
      .bytes();
  assert.equal((await read(first(), second())).replay.lastIndex, 4);
  await refuses(read(first(), second(5)), /says segment 2 from index 5, the file name another/);
  await refuses(
    read(first(), second(4, 2)),
    /continues index 3 of term 2, but the log before it ends at index 3 of term 1/,
  );
  const compacted = await readFiles({ '0000000002-0000000000000004.wal': second() });
  assert.deepEqual(compacted.replay.base, { index: 3, term: 1 }, 'the first may have been removed');
  assert.deepEqual(plain(compacted.replay.entries), plain([entry(4)]));
  const [a, c] = [
    segmentFileName({ sequence: 1, firstIndex: 1 }),
    segmentFileName({ sequence: 3, firstIndex: 4 }),
  ];
  await refuses(readFiles({ [a]: first(), [c]: second() }), /segment 2 is missing before segment 3/);
  await refuses(readFiles({ [a]: first(), 'copy.wal': first() }), /not a name of a segment/);
});

test('A2.19 another version, another cluster, another node: named, not guessed', async () => {
  const bytes = new Forge().bytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 9, true);
  view.setUint32(8, checksum(bytes, 16, 16 + view.getUint32(0, true)), true);
  view.setUint32(12, checksum(bytes, 0, 12), true);
  await assert.rejects(read(bytes), {
    code: 'STRATA_WAL_VERSION',
    message: /version 9; this build reads version 2/,
  });
  for (const other of [
    { clusterId: 'other', nodeId: 1 },
    { clusterId: 'cluster', nodeId: 2 },
  ]) {
    await assert.rejects(read(new Forge(1, 1, 0, other).bytes()), {
      code: 'STRATA_WAL_IDENTITY',
      message: new RegExp(`belongs to node ${other.nodeId} of cluster ${other.clusterId}`),
    });
  }
});

test('a segment that begins with a reset: what was before it is dropped, term and vote are not', async () => {
  const first = new Forge()
    .mark()
    .entries(entries(1, 3, 2))
    .hardState(4, 2, 3)
    .bytes();
  const second = new Forge(2, 9, 3, IDENTITY, true);
  second.encoder.reset();
  second.encoder.metadata({ ...IDENTITY, sequence: 2, firstIndex: 9, previousTerm: 3, isReset: true });
  second
    .hardState(4, 2, 8)
    .mark()
    .entries(entries(9, 10, 4));
  const names = ['0000000001-0000000000000001.wal', '0000000002-0000000000000009.wal'] as const;
  const { replay } = await readFiles({ [names[0]]: first, [names[1]]: second.bytes() });
  assert.deepEqual(replay.base, { index: 8, term: 3 });
  assert.deepEqual(plain(replay.entries), plain(entries(9, 10, 4)));
  assert.deepEqual(replay.hardState, { term: 4, vote: 2, commit: 8 });
  assert.equal(replay.resetSequence, 2);
  const early = new Forge(2, 9, 3, IDENTITY, true);
  early.encoder.reset();
  early.encoder.metadata({ ...IDENTITY, sequence: 2, firstIndex: 9, previousTerm: 3, isReset: true });
  early.hardState(4, 2, 7);
  await refuses(readFiles({ [names[0]]: first, [names[1]]: early.bytes() }), /a reset to 8 with commit 7/);
  // Without the reset the same segment would leave a gap.
  const gap = new Forge(2, 9, 3).bytes();
  await refuses(readFiles({ [names[0]]: first, [names[1]]: gap }), /continues index 8 of term 3/);
});

test('A2.25 the log ends before the commit index, also behind a compaction', async () => {
  await refuses(
    read(new Forge().mark().entries(entries(1, 3)).hardState(1, 1, 4).bytes()),
    /commit 4 is above the last entry 3/,
  );
  const compacted = new Forge(7, 9, 3)
    .mark()
    .entries([entry(9, 3)])
    .hardState(3, 1, 10);
  await refuses(
    readFiles({ '0000000007-0000000000000009.wal': compacted.bytes() }),
    /commit 10 is above the last entry 9/,
  );
});

test('A2.24 an entry that lies before the log', async () => {
  const compacted = new Forge(7, 9, 3).mark().entries([entry(8, 3)]);
  await refuses(
    readFiles({ '0000000007-0000000000000009.wal': compacted.bytes() }),
    /entry 8 lies before the log, which begins behind 8/,
  );
});

test('a head whose hard state lags behind the log before it', async () => {
  const first = new Forge().mark().entries(entries(1, 3)).bytes();
  const second = new Forge(2, 4, 1);
  second.encoder.reset();
  second.encoder.metadata({ ...IDENTITY, sequence: 2, firstIndex: 4, previousTerm: 1, isReset: false });
  second.encoder.hardState(NO_STATE);
  await refuses(read(first, second.bytes()), /the hard state has term 0, the last entry 1/);
});
