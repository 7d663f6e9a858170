import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from './checksum.js';
import { RecordType } from './record-codec.js';
import { Forge, read, refuses } from './testing/forge.js';
import { entries, entry, plain } from './testing/log-fixtures.js';

/** The decision table of scan.ts, row by row. */

/** Spans several sectors. */
const big = (index: number) => entry(index, 1, 1500);

test('A2.27 torn: a sector of the last record was never written', async () => {
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

test('A2.22 damaged: a mark behind the hole says that it had been synced', async () => {
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

test('A2.24 damaged: a flipped length is not a torn tail', async () => {
  const log = new Forge().mark().entries([entry(1)]);
  const at = log.length;
  const bytes = log.entries([big(2)]).bytes();
  bytes[at + 2]! ^= 0x40;
  await refuses(read(bytes), /record header checksum mismatch/, at);
});

test('A2.23 damaged: checksum wrong, no sector zero, and in an earlier segment even with one', async () => {
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

test('A2.24 a header with a good checksum that nobody wrote is damage, whatever stands behind it', async () => {
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
