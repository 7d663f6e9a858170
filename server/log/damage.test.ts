import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordType, readHeader } from './record-codec.js';
import { scanSegment } from './scan.js';
import { type Outcome, recoverWith, type SmallLog, smallLog, stateOf } from './testing/damage-fixtures.js';
import { flip } from './testing/directory-fixtures.js';
import { plain } from './testing/log-fixtures.js';
import { Tally } from './testing/tally.js';

/**
 * Two segments with every type of record, every place: what a damaged log may turn into, and what not. A log that is accepted must be one that was
 * there once, entries and hard state, bit for bit; how far back it may lie is said by each test.
 */

type Kind = 'refused' | 'whole' | 'prefix';

/** `oldest`: number of the oldest state that is allowed. */
function count(tally: Tally<Kind>, log: SmallLog, outcome: Outcome, oldest: number, what: string): void {
  if (outcome.kind === 'refused') {
    tally.add('refused');
    return;
  }
  const found = stateOf(log, outcome);
  const last = log.states.length - 1;
  if (found === -1 || found < oldest)
    tally.silent(`${what}: state ${found} of ${last}, at least ${oldest} expected`);
  else tally.add(found === last ? 'whole' : 'prefix');
}

/** Ends of the records that change the state, in order. */
function changes(bytes: Uint8Array, sequence: number): number[] {
  const { offsets } = scanSegment(bytes, sequence, true);
  return offsets
    .slice(2)
    .map((offset) => ({ offset, header: readHeader(bytes, offset) }))
    .filter(({ header }) => header.type === RecordType.Entry || header.type === RecordType.HardState)
    .map(({ offset, header }) => offset + header.recordBytes);
}

function assertRefused(outcome: Outcome, what: string): void {
  assert.equal(outcome.kind, 'refused', what);
}

test('the log of these tests has every type of record in each of its segments', async () => {
  const log = await smallLog(true);
  for (const [sequence, path] of [log.first, log.last].entries()) {
    const bytes = log.files.get(path)!;
    const { offsets } = scanSegment(bytes, sequence + 1, true);
    const types = new Set(offsets.map((offset) => readHeader(bytes, offset).type));
    assert.deepEqual([...types].sort(), Object.values(RecordType).sort());
  }
  const outcome = await recoverWith(log, log.last, log.files.get(log.last)!);
  assert.equal(outcome.kind === 'accepted' ? stateOf(log, outcome) : -1, log.states.length - 1);
});

test('A2.21 a bit flipped anywhere in a log that was closed: refused, or nothing is missing', async (t) => {
  const log = await smallLog(true);
  const tally = new Tally<Kind>();
  for (const path of [log.first, log.last]) {
    const bytes = log.files.get(path)!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const outcome = await recoverWith(log, path, flip(bytes, bit));
      count(tally, log, outcome, log.states.length - 1, `${path} bit ${bit}`);
    }
  }
  tally.end(t);
  assert.ok(tally.count('refused') > 0 && tally.count('whole') > 0, 'both outcomes occur');
});

test('A2.21 a bit flipped in either segment of a killed process: refused, or at most the last write is missing', async (t) => {
  const log = await smallLog(false);
  const tally = new Tally<Kind>();
  for (const path of [log.first, log.last]) {
    const bytes = log.files.get(path)!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const outcome = await recoverWith(log, path, flip(bytes, bit));
      // The last write is an entry and a hard state.
      count(tally, log, outcome, log.states.length - 3, `${path} bit ${bit}`);
    }
  }
  tally.end(t);
  assert.ok(tally.count('refused') > 0 && tally.count('whole') > 0, 'both outcomes occur');
});

for (const clean of [true, false]) {
  const how = clean ? 'closed' : 'killed';
  test(`A2.20 the last segment of a ${how} log cut at any byte: the records that are whole, or refused in the head`, async (t) => {
    const log = await smallLog(clean);
    const tally = new Tally<Kind>();
    const bytes = log.files.get(log.last)!;
    const before = changes(log.files.get(log.first)!, 1).length;
    const ends = changes(bytes, 2);
    const { offsets } = scanSegment(bytes, 2, true);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const outcome = await recoverWith(log, log.last, bytes.slice(0, cut));
      const whole = before + ends.filter((end) => end <= cut).length;
      count(tally, log, outcome, whole, `cut at ${cut}`);
      if (cut < offsets[2]!) assertRefused(outcome, `cut at ${cut}, in the head`);
      else assert.equal(outcome.kind === 'accepted' && stateOf(log, outcome), whole, `cut at ${cut}`);
    }
    tally.end(t);
  });

  test(`A2.20 an earlier segment of a ${how} log cut at any byte: refused, or nothing is missing`, async (t) => {
    const log = await smallLog(clean);
    const tally = new Tally<Kind>();
    const bytes = log.files.get(log.first)!;
    const lastEnd = changes(bytes, 1).at(-1)!;
    for (let cut = 0; cut < bytes.length; cut++) {
      const outcome = await recoverWith(log, log.first, bytes.slice(0, cut));
      count(tally, log, outcome, log.states.length - 1, `cut at ${cut}`);
      if (cut < lastEnd) assertRefused(outcome, `cut at ${cut}`);
    }
    tally.end(t);
  });
}

test('A2.27 any sector of a closed log zeroed: refused, or nothing outside the last used sector is missing', async (t) => {
  const log = await smallLog(true);
  const tally = new Tally<Kind>();
  for (const path of [log.first, log.last]) {
    const bytes = log.files.get(path)!;
    const { usedBytes } = scanSegment(bytes, path === log.first ? 1 : 2, true);
    for (let sector = 0; sector * 512 < bytes.length; sector++) {
      const lost = Uint8Array.from(bytes).fill(0, sector * 512, (sector + 1) * 512);
      // The mark that vouches for these bytes lies in the same sector: a write that never happened looks the
      // same.
      const isLastUsed = path === log.last && (sector + 1) * 512 >= usedBytes && sector * 512 < usedBytes;
      const oldest = log.states.length - (isLastUsed ? 3 : 1);
      count(tally, log, await recoverWith(log, path, lost), oldest, `${path} sector ${sector}`);
    }
  }
  tally.end(t);
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
