import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordType, readHeader } from './record-codec.js';
import { scanSegment } from './scan.js';
import { assertPrefix, type Outcome, recoverWith, smallLog } from './testing/damage-fixtures.js';
import { plain } from './testing/log-fixtures.js';

/** Two segments, every place: what a damaged log may turn into, and what not. */

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}

/** Offsets behind each entry record, in order. */
function entryEnds(bytes: Uint8Array, sequence: number): number[] {
  const { offsets } = scanSegment(bytes, sequence, true);
  return offsets
    .filter((offset) => readHeader(bytes, offset).type === RecordType.Entry)
    .map((offset) => offset + readHeader(bytes, offset).recordBytes);
}

function assertRefused(outcome: Outcome, what: string): void {
  assert.equal(outcome.kind, 'refused', what);
}

test('A2.21 a bit flipped anywhere in a log that was closed: refused, or nothing is missing', async () => {
  const log = await smallLog(true);
  const seen = { refused: 0, accepted: 0 };
  for (const path of [log.first, log.last]) {
    const bytes = log.files.get(path)!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const outcome = await recoverWith(log, path, flip(bytes, bit));
      seen[outcome.kind]++;
      if (outcome.kind === 'refused') continue;
      assertPrefix(outcome.entries, log.entries, `${path} bit ${bit}`);
      assert.equal(outcome.entries.length, log.entries.length, `${path} bit ${bit}: entries are missing`);
    }
  }
  assert.ok(seen.refused > 0 && seen.accepted > 0, 'both outcomes occur');
});

test('A2.21 a bit flipped in the last segment of a killed process: refused, or at most the last write is missing', async () => {
  const log = await smallLog(false);
  const bytes = log.files.get(log.last)!;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const outcome = await recoverWith(log, log.last, flip(bytes, bit));
    if (outcome.kind === 'refused') continue;
    assertPrefix(outcome.entries, log.entries, `bit ${bit}`);
    assert.ok(outcome.entries.length >= log.entries.length - 1, `bit ${bit}`);
  }
});

test('A2.20 the last segment cut at any byte: the entries that are whole, or refused in the head', async () => {
  const log = await smallLog(true);
  const bytes = log.files.get(log.last)!;
  const before = entryEnds(log.files.get(log.first)!, 1).length;
  const ends = entryEnds(bytes, 2);
  const { offsets } = scanSegment(bytes, 2, true);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const outcome = await recoverWith(log, log.last, bytes.slice(0, cut));
    if (cut < offsets[2]!) {
      assertRefused(outcome, `cut at ${cut}, in the head`);
      continue;
    }
    assert.equal(outcome.kind, 'accepted', `cut at ${cut}`);
    if (outcome.kind !== 'accepted') continue;
    const whole = before + ends.filter((end) => end <= cut).length;
    assert.equal(outcome.entries.length, whole, `cut at ${cut}`);
    assertPrefix(outcome.entries, log.entries, `cut at ${cut}`);
  }
});

test('A2.20 an earlier segment cut at any byte: refused, or nothing is missing', async () => {
  const log = await smallLog(true);
  const bytes = log.files.get(log.first)!;
  const lastEnd = entryEnds(bytes, 1).at(-1)!;
  for (let cut = 0; cut < bytes.length; cut++) {
    const outcome = await recoverWith(log, log.first, bytes.slice(0, cut));
    if (cut < lastEnd) assertRefused(outcome, `cut at ${cut}`);
    else if (outcome.kind === 'accepted') assert.equal(outcome.entries.length, log.entries.length);
  }
});

test('A2.27 any sector of a closed log zeroed: refused, or nothing outside the last used sector is missing', async () => {
  const log = await smallLog(true);
  for (const path of [log.first, log.last]) {
    const bytes = log.files.get(path)!;
    const { usedBytes } = scanSegment(bytes, path === log.first ? 1 : 2, true);
    for (let sector = 0; sector * 512 < bytes.length; sector++) {
      const lost = Uint8Array.from(bytes).fill(0, sector * 512, (sector + 1) * 512);
      const outcome = await recoverWith(log, path, lost);
      if (outcome.kind === 'refused') continue;
      assertPrefix(outcome.entries, log.entries, `${path} sector ${sector}`);
      // The mark that vouches for these bytes lies in the same sector: a write that never happened looks the
      // same.
      const isLastUsed = path === log.last && (sector + 1) * 512 >= usedBytes && sector * 512 < usedBytes;
      const missing = log.entries.length - outcome.entries.length;
      assert.ok(missing <= (isLastUsed ? 1 : 0), `${path} sector ${sector}: ${missing} entries are missing`);
    }
  }
});

test('a segment that is missing, and two that changed places', async () => {
  const log = await smallLog(true);
  const [first, last] = [log.files.get(log.first)!, log.files.get(log.last)!];
  const headless = await recoverWith({ ...log, files: new Map([[log.last, last]]) }, log.last, last);
  // As after a compaction: whether a snapshot reaches it is looked at when the storage is opened.
  assert.equal(headless.kind, 'accepted');
  if (headless.kind === 'accepted') {
    assert.ok(headless.base.index > 0);
    assert.deepEqual(plain(headless.entries), plain(log.entries.slice(headless.base.index)));
  }
  assertRefused(
    await recoverWith({ ...log, files: new Map([[log.last, last]]) }, log.first, last),
    'changed places',
  );
  assertRefused(await recoverWith(log, log.last, first), 'the first segment twice');
});
