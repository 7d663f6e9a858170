import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../consensus/messages.js';
import { VolatileFileSystem } from '../io/volatile-file-system.js';
import type { SyncPolicyName } from './sync-policies.js';
import {
  append,
  entry,
  meta,
  type Opened,
  openTestLog,
  plain,
  reset,
  takeSnapshot,
} from './testing/log-fixtures.js';
import { content, stateOf } from './testing/snapshot-fixtures.js';

/**
 * Random appends, snapshots, compactions, resets and prunings side by side, the process or the power taken at a random
 * moment, several lives in a row. Every start must succeed, and what was acknowledged must be there.
 */

const SEEDS = 25;
const LIVES = 4;
const STEPS_MAX = 50;

function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the node handed over, and what it was told is durable. */
class Ledger {
  readonly entries = new Map<number, Entry>();
  lastIndex = 0;
  term = 1;
  acknowledgedIndex = 0;
  /** A reset commits what it brings when it is submitted. */
  commit = 0;
  /** Index of the newest snapshot that was committed. */
  snapshotIndex = 0;
}

function stateAt(index: number, term: number): Uint8Array[] {
  return index === 0 ? [Uint8Array.of(1, 2, 3)] : [content(30 + (index % 50), term), content(600, index)];
}

class Life {
  readonly #opened: Opened;
  readonly #ledger: Ledger;
  readonly #random: (below: number) => number;
  #isWriting = false;

  constructor(opened: Opened, ledger: Ledger, random: (below: number) => number) {
    this.#opened = opened;
    this.#ledger = ledger;
    this.#random = random;
  }

  step(): void {
    const action = this.#random(20);
    if (action < 13) this.#append();
    else if (action < 15) this.#snapshot();
    else if (action < 17) this.#opened.log.compact(this.#random(this.#ledger.snapshotIndex + 1));
    else if (action < 18) void this.#opened.snapshots.prune();
    else if (action < 19) this.#opened.clock.fireIntervals();
    else this.#reset();
  }

  #append(): void {
    const ledger = this.#ledger;
    const list = Array.from({ length: 1 + this.#random(3) }, () => {
      const one = entry(++ledger.lastIndex, ledger.term, this.#random(700));
      ledger.entries.set(one.index, one);
      return one;
    });
    const last = ledger.lastIndex;
    const state = { term: ledger.term, vote: 1, commit: ledger.commit };
    void append(this.#opened.log, list, state).then(() => {
      ledger.acknowledgedIndex = last;
      ledger.commit = Math.max(ledger.commit, last);
    });
  }

  /** Of what was acknowledged, as a node takes one. */
  #snapshot(): void {
    const ledger = this.#ledger;
    const index = ledger.acknowledgedIndex;
    const term = ledger.entries.get(index)?.term;
    if (this.#isWriting || term === undefined || index <= ledger.snapshotIndex) return;
    this.#write(index, term, () => {});
  }

  /** Of a leader that is ahead. */
  #reset(): void {
    const ledger = this.#ledger;
    if (this.#isWriting) return;
    const index = ledger.lastIndex + 5 + this.#random(40);
    const term = ledger.term + 1;
    // A follower that waits for a snapshot gets no entries.
    ledger.lastIndex = index;
    ledger.term = term;
    this.#write(index, term, () => {
      ledger.commit = index;
      void reset(this.#opened.log, meta(index, term)).then(() => {
        ledger.acknowledgedIndex = index;
      });
    });
  }

  #write(index: number, term: number, then: () => void): void {
    this.#isWriting = true;
    void takeSnapshot(this.#opened.snapshots, index, term, stateAt(index, term)).then(() => {
      this.#isWriting = false;
      this.#ledger.snapshotIndex = index;
      then();
    });
  }

  get isReceiving(): boolean {
    return this.#isWriting;
  }
}

async function live(
  disk: VolatileFileSystem,
  ledger: Ledger,
  strategy: SyncPolicyName,
  random: (below: number) => number,
): Promise<VolatileFileSystem> {
  const opened = await openTestLog(disk, { strategy, segmentBytes: 4096 });
  await check(opened, ledger, strategy);
  const life = new Life(opened, ledger, random);
  for (let steps = random(STEPS_MAX); steps > 0; steps--) {
    // Entries behind a snapshot that is not there yet would be a gap.
    if (!life.isReceiving) life.step();
    for (let turns = random(5); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(opened.failures, []);
  if (random(4) === 0) return disk.processCrash();
  const survives = random(100);
  return disk.powerCut(() => random(100) < survives);
}

async function check(opened: Opened, ledger: Ledger, strategy: SyncPolicyName): Promise<void> {
  const { log, snapshot, snapshots } = opened;
  const { base, entries, hardState } = log.recovered;
  const lastIndex = base.index + entries.length;
  const { index, term } = snapshot.meta;
  assert.ok(index >= ledger.snapshotIndex, `snapshot ${index} after ${ledger.snapshotIndex} was committed`);
  assert.deepEqual(await stateOf(snapshots, snapshot), stateAt(index, term));
  assert.ok(
    base.index <= index && index <= lastIndex,
    `base ${base.index}, snapshot ${index}, last ${lastIndex}`,
  );
  assert.ok(hardState.commit >= index && hardState.commit <= lastIndex);
  const expected = entries.map((one) => ledger.entries.get(one.index)!);
  assert.deepEqual(plain(entries), plain(expected));
  if (strategy === 'group')
    assert.ok(
      lastIndex >= ledger.acknowledgedIndex,
      `${lastIndex}, acknowledged ${ledger.acknowledgedIndex}`,
    );
  for (const known of ledger.entries.keys()) if (known > lastIndex) ledger.entries.delete(known);
  ledger.lastIndex = ledger.acknowledgedIndex = lastIndex;
  ledger.snapshotIndex = index;
  ledger.commit = hardState.commit;
  ledger.term = Math.max(hardState.term, 1);
}

for (const strategy of ['group', 'interval', 'none'] as const) {
  test(`A2.27 ${strategy}: snapshots, compactions and resets under power cuts`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = randomOf(seed);
      const ledger = new Ledger();
      let disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
      try {
        for (let number = 0; number < LIVES; number++) disk = await live(disk, ledger, strategy, random);
        await check(await openTestLog(disk, { strategy, segmentBytes: 4096 }), ledger, strategy);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}
