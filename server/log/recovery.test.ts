import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../consensus/messages.js';
import type { StrataError } from '../errors.js';
import { VolatileFileSystem } from '../io/volatile-file-system.js';
import { checksum } from './checksum.js';
import { type Mark, RecordType } from './record-codec.js';
import { RecordEncoder } from './record-encoder.js';
import { type Recovery, recover } from './recovery.js';
import { segmentFileName } from './segment.js';
import { entries, entry, plain, WAL_DIRECTORY } from './testing/log-fixtures.js';

const IDENTITY = { clusterId: 'cluster', nodeId: 1 };
const NO_STATE = { term: 0, vote: 0, commit: 0 };
const SEGMENT_BYTES = 8192;

/** Writes segments record by record, right or wrong. */
class Forge {
  readonly encoder = new RecordEncoder(SEGMENT_BYTES);
  readonly sequence: number;

  /** The head's hard state has the previous term, as a log has that changes its segment. */
  constructor(sequence = 1, firstIndex = 1, previousTerm = 0, identity = IDENTITY) {
    this.sequence = sequence;
    this.encoder.metadata({ ...identity, sequence, firstIndex, previousTerm });
    this.encoder.hardState({ ...NO_STATE, term: previousTerm });
  }

  get length(): number {
    return this.encoder.length;
  }

  mark(mark: Partial<Mark> = {}): this {
    const offset = this.encoder.length;
    this.encoder.reserveMark();
    this.encoder.fillMark(offset, { sequence: this.sequence, offset, syncedBytes: offset, ...mark });
    return this;
  }

  entries(list: readonly Entry[]): this {
    for (const one of list) this.encoder.entry(one);
    return this;
  }

  hardState(term: number, vote: number, commit: number): this {
    this.encoder.hardState({ term, vote, commit });
    return this;
  }

  /** The segment with zeros behind the records. */
  bytes(): Uint8Array {
    const segment = new Uint8Array(SEGMENT_BYTES);
    segment.set(this.encoder.bytes.subarray(0, this.encoder.length));
    return segment;
  }
}

async function diskOf(files: Readonly<Record<string, Uint8Array>>): Promise<VolatileFileSystem> {
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  await disk.makeDirectory(WAL_DIRECTORY);
  for (const [name, bytes] of Object.entries(files)) disk.put(`${WAL_DIRECTORY}/${name}`, bytes);
  return disk;
}

function read(...segments: readonly Uint8Array[]): Promise<Recovery> {
  const names = segments.map((_, at) => segmentFileName({ sequence: at + 1, firstIndex: at === 0 ? 1 : 4 }));
  return readFiles(Object.fromEntries(segments.map((bytes, at) => [names[at]!, bytes])));
}

async function readFiles(files: Readonly<Record<string, Uint8Array>>): Promise<Recovery> {
  const disk = await diskOf(files);
  const before = disk.snapshot();
  try {
    return await recover({ fileSystem: disk, directory: WAL_DIRECTORY, identity: IDENTITY });
  } finally {
    assert.deepEqual(disk.snapshot(), before, 'recovery changes nothing');
  }
}

async function refuses(reading: Promise<Recovery>, reason: RegExp, offset?: number): Promise<void> {
  await assert.rejects(reading, (error: StrataError) => {
    assert.equal(error.code, 'STRATA_WAL_CORRUPT');
    assert.match(String(error.details.reason), reason);
    if (offset !== undefined) assert.equal(error.details.offset, offset);
    return true;
  });
}

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

test('records that cannot follow are refused at their offset', async () => {
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
  again.encoder.metadata({ ...IDENTITY, sequence: 1, firstIndex: 1, previousTerm: 0 });
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
  await refuses(readFiles({ '0000000002-0000000000000004.wal': second() }), /segment 1 is missing/);
  const [a, c] = [
    segmentFileName({ sequence: 1, firstIndex: 1 }),
    segmentFileName({ sequence: 3, firstIndex: 4 }),
  ];
  await refuses(readFiles({ [a]: first(), [c]: second() }), /segment 2 is missing before segment 3/);
  await refuses(readFiles({ [a]: first(), 'copy.wal': first() }), /not a name of a segment/);
});

test('another version, another cluster, another node: named, not guessed', async () => {
  const bytes = new Forge().bytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(16, 9, true);
  view.setUint32(8, checksum(bytes, 16, 16 + view.getUint32(0, true)), true);
  view.setUint32(12, checksum(bytes, 0, 12), true);
  await assert.rejects(read(bytes), {
    code: 'STRATA_WAL_VERSION',
    message: /version 9; this build reads version 1/,
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

test('a head whose hard state lags behind the log before it', async () => {
  const first = new Forge().mark().entries(entries(1, 3)).bytes();
  const second = new Forge(2, 4, 1);
  second.encoder.reset();
  second.encoder.metadata({ ...IDENTITY, sequence: 2, firstIndex: 4, previousTerm: 1 });
  second.encoder.hardState(NO_STATE);
  await refuses(read(first, second.bytes()), /the hard state has term 0, the last entry 1/);
});

// The decision table of scan.ts, row by row. `big` spans several sectors.
const big = (index: number) => entry(index, 1, 1500);

test('torn: a sector of the last record was never written', async () => {
  const whole = new Forge().mark().entries([entry(1)]);
  const at = whole.length;
  const bytes = whole
    .entries([big(2)])
    .bytes()
    .fill(0, 1024, 1536);
  const { replay, tail } = await read(bytes);
  assert.deepEqual(plain(replay.entries), plain([entry(1)]));
  assert.equal(tail?.endBytes, at);
});

test('torn: the first sector of the record was not written, later ones of the same write were', async () => {
  const whole = new Forge().mark().entries([entry(1, 1, 300)]);
  while (whole.length % 512 !== 0) whole.hardState(1, 1, 0);
  const at = whole.length;
  const bytes = whole
    .entries([big(2), big(3)])
    .bytes()
    .fill(0, at, at + 512);
  assert.equal((await read(bytes)).tail?.endBytes, at);
});

test('torn: records of the same write behind the hole are whole, but were never acknowledged', async () => {
  const whole = new Forge().mark().entries([entry(1)]);
  const at = whole.length;
  const bytes = whole
    .mark({ syncedBytes: at })
    .entries([big(2), big(3)])
    .bytes()
    .fill(0, 1024, 1536);
  assert.equal((await read(bytes)).replay.lastIndex, 1);
});

test('torn under B and C: writes behind the hole that saw no sync in between', async () => {
  const whole = new Forge().mark().entries([entry(1)]);
  const synced = whole.length;
  const bytes = whole
    .mark({ syncedBytes: synced })
    .entries([big(2)])
    .mark({ syncedBytes: synced })
    .entries([big(3)])
    .bytes()
    .fill(0, 1024, 1536);
  assert.equal((await read(bytes)).replay.lastIndex, 1);
});

test('damaged: a mark behind the hole says that it had been synced', async () => {
  const log = new Forge().mark().entries([entry(1)]);
  const at = log.length + 32;
  const bytes = log
    .mark()
    .entries([big(2)])
    .mark()
    .entries([entry(3)])
    .bytes()
    .fill(0, 1024, 1536);
  await refuses(
    read(bytes),
    /the sector at 1024 is all zero; the mark at \d+ says that these bytes had been synced/,
    at,
  );
});

test('torn: a header whose second half lies in a sector that was not written', async () => {
  const log = new Forge().mark();
  while (log.length % 512 !== 504) log.hardState(1, 1, 0).mark();
  const at = log.length;
  const bytes = log
    .entries([entry(1)])
    .bytes()
    .fill(0, at + 8);
  assert.equal((await read(bytes)).tail?.endBytes, at);
});

test('damaged: a flipped length is not a torn tail', async () => {
  const log = new Forge().mark().entries([entry(1)]);
  const at = log.length;
  const bytes = log.entries([big(2)]).bytes();
  bytes[at + 2]! ^= 0x40;
  await refuses(read(bytes), /record header checksum mismatch/, at);
});

test('damaged: checksum wrong, no sector zero, and in an earlier segment even with one', async () => {
  const log = new Forge()
    .mark()
    .entries([entry(1), entry(2), big(3)])
    .bytes();
  const flipped = Uint8Array.from(log);
  flipped[1100]! ^= 1;
  await refuses(read(flipped), /record checksum mismatch/);
  const hole = Uint8Array.from(log).fill(0, 1024, 1536);
  assert.equal((await read(hole)).replay.lastIndex, 2);
  await refuses(read(hole, new Forge(2, 4, 1).bytes()), /later segments exist/);
});

test('a file that ends inside a record: torn in the last segment, damaged in an earlier one', async () => {
  const log = new Forge().mark().entries(entries(1, 2));
  const at = log.length;
  const bytes = log.entries([big(3)]).bytes();
  const { tail } = await read(bytes.slice(0, at + 700));
  assert.equal(tail?.endBytes, at);
  await refuses(
    read(bytes.slice(0, at + 700), new Forge(2, 4, 1).bytes()),
    /the file ends inside a record of 1536 bytes/,
  );
  await refuses(read(bytes.slice(0, 8)), /the file ends inside a record header/);
  await refuses(read(new Uint8Array(0)), /the segment has no complete head/);
});

test('a header with a good checksum that nobody wrote is damage, whatever stands behind it', async () => {
  const log = new Forge().mark();
  const at = log.length;
  const bytes = log.entries([entry(1)]).bytes();
  const view = new DataView(bytes.buffer);
  for (const [type, length, reason] of [
    [77, 20, /unknown record type 77/],
    [RecordType.Entry, 0x7fff_ffff, /record length 2147483647 is above/],
    [RecordType.Entry, 0, /entry record of 0 bytes/],
  ] as const) {
    view.setUint32(at, length, true);
    view.setUint32(at + 4, type, true);
    view.setUint32(at + 12, checksum(bytes, at, at + 12), true);
    await refuses(read(bytes), reason, at);
  }
});

test('bytes between two records', async () => {
  const log = new Forge().mark().entries([entry(1, 1, 1)]);
  const bytes = log.bytes();
  bytes[log.length - 1] = 1;
  await refuses(read(bytes), /bytes between two records are not zero/);
});
