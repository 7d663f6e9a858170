import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrataError } from '../../errors.js';
import { checksum } from '../checksum.js';
import { smallSnapshot, testDisk } from '../testing/snapshot-fixtures.js';
import { encodeHeader } from './snapshot-codec.js';
import { SnapshotParser } from './snapshot-parser.js';
import { readOutline } from './snapshot-reading.js';

/** One small file, every place: what damage may turn it into is nothing but a refusal. */

interface Parsed {
  readonly blocks: readonly Uint8Array[];
  readonly info: ReturnType<SnapshotParser['end']>;
}

function parse(bytes: Uint8Array, pieceBytes = bytes.length): Parsed {
  const blocks: Uint8Array[] = [];
  const parser = new SnapshotParser('file', (block) => void blocks.push(block));
  for (let at = 0; at < bytes.length; at += pieceBytes) parser.push(bytes.subarray(at, at + pieceBytes));
  return { info: parser.end(), blocks };
}

function refusal(work: () => unknown): StrataError {
  try {
    work();
  } catch (error) {
    // Anything but a coded error would be a crash of the reader on bad bytes.
    if (error instanceof StrataError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'accepted' });
}

test('a whole file comes back, cut into pieces of any size, collected or checked only', async () => {
  const { bytes, blocks, info } = await smallSnapshot();
  for (const pieceBytes of [1, 2, 7, 8, 19, 20, 64, bytes.length]) {
    const parsed = parse(bytes, pieceBytes);
    assert.deepEqual(parsed, { blocks, info }, `pieces of ${pieceBytes}`);
    const checked = new SnapshotParser('file', null);
    for (let at = 0; at < bytes.length; at += pieceBytes) checked.push(bytes.subarray(at, at + pieceBytes));
    assert.deepEqual(checked.end(), info);
    assert.equal(checked.wholeBytes, bytes.length);
  }
  assert.equal(info.fileBytes, bytes.length);
});

test('A2.31 snapshot bit flip: every single one is refused', async (t) => {
  const { bytes } = await smallSnapshot();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(refusal(() => parse(flipped)).code, 'STRATA_SNAPSHOT_CORRUPT', `bit ${bit}`);
    assert.equal(refusal(() => parse(flipped, 13)).code, 'STRATA_SNAPSHOT_CORRUPT', `bit ${bit} in pieces`);
  }
  t.diagnostic(`${bytes.length * 16} cases: all refused, 0 silent acceptances`);
});

test('A2.31 snapshot cut at every byte, zero length included, and grown: refused', async (t) => {
  const { bytes } = await smallSnapshot();
  for (let cut = 0; cut < bytes.length; cut++) {
    const error = refusal(() => parse(bytes.subarray(0, cut)));
    assert.equal(error.code, 'STRATA_SNAPSHOT_CORRUPT');
    assert.equal(error.details.offset, cut, 'where the file ends');
  }
  const grown = new Uint8Array(bytes.length + 1);
  grown.set(bytes);
  assert.match(refusal(() => parse(grown)).message, /bytes behind the footer/);
  t.diagnostic(`${bytes.length + 1} cases: all refused, 0 silent acceptances`);
});

test('A2.31 snapshot with a range zeroed, doubled, or taken out: refused', async (t) => {
  const { bytes } = await smallSnapshot();
  let cases = 0;
  for (let from = 0; from < bytes.length; from += 3) {
    for (const length of [1, 8, 17, 64]) {
      const to = Math.min(bytes.length, from + length);
      const zeroed = Uint8Array.from(bytes).fill(0, from, to);
      const isZeroed = Buffer.compare(zeroed, bytes) !== 0;
      if (isZeroed) refusal(() => parse(zeroed));
      refusal(() => parse(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])));
      refusal(() => parse(Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])));
      cases += isZeroed ? 3 : 2;
    }
  }
  t.diagnostic(`${cases} cases: all refused, 0 silent acceptances`);
});

test('A2.19 a snapshot of another version is named, with both versions', async () => {
  const { bytes } = await smallSnapshot();
  const other = Buffer.from(bytes);
  other.writeUInt32LE(9, 8);
  const metaBytes = other.readUInt32LE(12);
  const checked = Buffer.concat([other.subarray(0, 16), other.subarray(20, 20 + metaBytes)]);
  other.writeUInt32LE(checksum(checked, 0, checked.length), 16);
  const error = refusal(() => parse(other));
  assert.equal(error.code, 'STRATA_SNAPSHOT_VERSION');
  assert.match(error.message, /version 9; this build reads version 1/);
});

test('a length that nobody wrote allocates nothing', async () => {
  const { bytes, info } = await smallSnapshot();
  const long = Buffer.from(bytes);
  const firstBlock = encodeHeader(info.meta).length;
  long.writeUInt32LE(0xffff_fff0, firstBlock);
  assert.match(refusal(() => parse(long)).message, /block of 4294967280 bytes, at most 1048576/);
  long.writeUInt32LE(0xffff_fff0, 12);
  assert.match(refusal(() => parse(long)).message, /meta of 4294967280 bytes, at most 65536/);
});

test('rewind: what came behind the last whole block is forgotten', async () => {
  const { bytes, info } = await smallSnapshot();
  for (let cut = 0; cut <= bytes.length; cut++) {
    const parser = new SnapshotParser('file', null);
    parser.push(bytes.subarray(0, cut));
    parser.rewind();
    assert.ok(parser.wholeBytes <= cut);
    parser.push(bytes.subarray(parser.wholeBytes));
    assert.deepEqual(parser.end(), info, `cut at ${cut}`);
  }
});

test('the outline: header and footer checked, body not read', async () => {
  const { bytes, info } = await smallSnapshot();
  const disk = testDisk();
  const outline = async (content: Uint8Array) => {
    disk.put('/file', content);
    return readOutline(disk, '/file');
  };
  assert.deepEqual(await outline(bytes), info);
  const headerBytes = encodeHeader(info.meta).length;
  for (let at = 0; at < bytes.length; at++) {
    if (at >= headerBytes && at < bytes.length - 36) continue;
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 16;
    await assert.rejects(outline(flipped), { code: 'STRATA_SNAPSHOT_CORRUPT' }, `byte ${at}`);
  }
  for (let cut = 0; cut < bytes.length; cut += 5)
    await assert.rejects(outline(bytes.subarray(0, cut)), { code: 'STRATA_SNAPSHOT_CORRUPT' });
});
