import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, HardState } from '../consensus/messages.js';
import { VolatileFileSystem } from '../io/volatile-file-system.js';
import type { SyncPolicyName, SyncPrimitiveName } from './sync-policies.js';
import { append, entry, openTestLog, plain } from './testing/log-fixtures.js';

/**
 * Random appends on a disk that forgets, the power cut at a random call, several lives in a row. Sectors and
 * names that were not synced survive or not, each on its own. What a strategy promises must hold for every
 * seed, and every start must succeed: a power cut alone never makes a log that is refused.
 */

const SEEDS = 40;
const LIVES = 4;
const SEGMENT_BYTES = 4096;

function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the node was told is durable, and what it had handed over. */
class Ledger {
  /** Entries by position, as appended; acknowledged up to `acknowledged`. */
  entries: Entry[] = [];
  acknowledged: Entry[] = [];
  hardState: HardState = { term: 1, vote: 0, commit: 0 };
  votedDurably: Pick<HardState, 'term' | 'vote'> = { term: 0, vote: 0 };
}

interface Life {
  readonly strategy: SyncPolicyName;
  readonly primitive: SyncPrimitiveName;
  readonly random: () => number;
}

/** One life: opens, checks what came back, appends until the power goes. Returns the disk that is left. */
async function live(disk: VolatileFileSystem, ledger: Ledger, life: Life): Promise<VolatileFileSystem> {
  const { strategy, primitive, random } = life;
  const { log, clock, failures } = await openTestLog(disk, {
    strategy,
    primitive,
    segmentBytes: SEGMENT_BYTES,
  });
  check(log.recovered.entries, log.recovered.hardState, ledger, strategy);
  ledger.entries = [...log.recovered.entries];
  ledger.acknowledged = [...log.recovered.entries];
  ledger.hardState = log.recovered.hardState;
  const steps = Math.floor(random() * 60);
  for (let step = 0; step < steps; step++) {
    appendSomething(log, ledger, random);
    if (random() < 0.1) clock.fireIntervals();
    for (let turns = Math.floor(random() * 4); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(failures, []);
  if (random() < 0.25) return disk.processCrash();
  const survives = random();
  return disk.powerCut(() => random() < survives);
}

function appendSomething(
  log: Awaited<ReturnType<typeof openTestLog>>['log'],
  ledger: Ledger,
  random: () => number,
): void {
  const { hardState } = ledger;
  const newTerm = random() < 0.15;
  const term = newTerm ? hardState.term + 1 : Math.max(1, hardState.term);
  const replaces = newTerm && random() < 0.5;
  const last = ledger.entries.length;
  const first = replaces
    ? hardState.commit + 1 + Math.floor(random() * (last - hardState.commit + 1))
    : last + 1;
  const count = Math.floor(random() * 4);
  const list = Array.from({ length: count }, (_, at) => entry(first + at, term, Math.floor(random() * 700)));
  if (count > 0) ledger.entries = [...ledger.entries.slice(0, first - 1), ...list];
  const commit = Math.max(hardState.commit, Math.floor(random() * (ledger.entries.length + 1)));
  const next = newTerm
    ? { term, vote: 1 + Math.floor(random() * 3), commit }
    : { ...hardState, term, commit };
  const snapshot = ledger.entries;
  ledger.hardState = next;
  log.append({
    entries: list,
    hardState: next,
    snapshot: null,
    mustSync: newTerm,
    onDurable: () => {
      ledger.acknowledged = snapshot;
      if (newTerm) ledger.votedDurably = { term: next.term, vote: next.vote };
    },
  });
}

function check(found: readonly Entry[], state: HardState, ledger: Ledger, strategy: SyncPolicyName): void {
  const { votedDurably, acknowledged } = ledger;
  assert.ok(state.term >= votedDurably.term, `term ${state.term} after an acknowledged ${votedDurably.term}`);
  if (state.term === votedDurably.term) assert.equal(state.vote, votedDurably.vote, 'the vote is lost');
  assert.ok(state.commit <= found.length);
  if (strategy === 'interval' || strategy === 'none') return;
  // A suffix may have been replaced by an append that was under way; up to there every acknowledged entry is
  // back.
  const wanted = acknowledged.filter((one, at) => ledger.entries[at] === one);
  assert.deepEqual(plain(found.slice(0, wanted.length)), plain(wanted));
}

for (const strategy of ['none', 'interval'] as const) {
  test(`A2.27 ${strategy}: what a start found in the page cache is durable once the log is open`, async () => {
    const random = randomOf(7);
    const first = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
    const { log } = await openTestLog(first, { strategy, segmentBytes: SEGMENT_BYTES });
    for (let index = 1; index <= 25; index++) await append(log, [entry(index, 1, 300)]);
    const second = first.processCrash();
    const opened = await openTestLog(second, { strategy, segmentBytes: SEGMENT_BYTES });
    assert.equal(opened.log.recovered.entries.length, 25);
    const third = second.powerCut(() => random() < 0.1);
    const after = await openTestLog(third, { strategy, segmentBytes: SEGMENT_BYTES });
    assert.equal(after.log.recovered.entries.length, 25);
    await after.log.close();
  });
}

for (const [strategy, primitive] of [
  ['always', 'fdatasync'],
  ['interval', 'fdatasync'],
  ['none', 'fdatasync'],
  ['group', 'fdatasync'],
  ['group', 'dsync'],
] as const) {
  test(`A2.27 power cuts under ${strategy} with ${primitive}`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = randomOf(seed);
      const ledger = new Ledger();
      let disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
      try {
        for (let number = 0; number < LIVES; number++)
          disk = await live(disk, ledger, { strategy, primitive, random });
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}
