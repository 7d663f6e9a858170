import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Consistency } from '../ports/key-value-service.js';
import type { Answer } from './testing/answers.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const SEEDS = 60;
const STEPS = 200;
const OPERATION_TIMEOUT_MS = 300;
const NODES = [1, 2, 3];
const KEY = 'a';

/** A read and the newest revision that somebody knew of before it began. */
interface Read {
  readonly answer: Answer<unknown>;
  readonly revision: () => number | null;
  readonly floor: number;
  readonly at: string;
}

/** Any sequence of numbers that repeats itself will do (Park and Miller). */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 104_729;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

/** One key is written and read at all nodes while nodes stand still, are cut off, restart at once, or hand their lead over. */
class Run {
  readonly cluster: TestCluster;
  readonly #random: (below: number) => number;
  readonly #reads: Read[] = [];
  readonly #writes: Answer<{ readonly revision: number }>[] = [];
  #heal: (() => void) | null = null;
  /** Revision that an answered write or read has shown. */
  #known = 0;
  #checked = 0;

  constructor(cluster: TestCluster, random: (below: number) => number) {
    this.cluster = cluster;
    this.#random = random;
  }

  async steps(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      const kind = this.#random(12);
      const id = NODES[this.#random(NODES.length)]!;
      if (kind < 3) this.#writes.push(this.cluster.put(id, KEY, String(step)));
      else if (kind < 10) this.#read(id, step);
      else if (this.#heal === null) await this.#break(id);
      // Long enough for the others to elect somebody and go on.
      else if (this.#random(6) === 0) {
        this.#heal();
        this.#heal = null;
      }
      // In steps, so that what one request learns is held against those that begin later.
      for (let slices = this.#random(5); slices >= 0; slices--) {
        this.cluster.clock.advance([0, 0.3, 1, 4, 20][this.#random(5)]!);
        this.#check();
      }
    }
    this.#heal?.();
    this.cluster.clock.advance(OPERATION_TIMEOUT_MS + 10 * ELECTION_MS);
    this.#check();
    for (const { answer, at } of this.#reads) assert.ok(answer.answered, `${at}: never answered`);
  }

  get checked(): number {
    return this.#checked;
  }

  #read(id: number, step: number): void {
    const consistency: Consistency = this.#random(2) === 0 ? 'lease' : 'linearizable';
    const at = `step ${step}, ${consistency} at node ${id}`;
    const floor = this.#known;
    if (this.#random(4) === 0) {
      const answer = this.cluster.query(id, { kind: 'many', keys: [bytes(KEY)] }, consistency);
      this.#reads.push({ answer, revision: () => answer.result?.items[0]?.revision ?? null, floor, at });
    } else {
      const answer = this.cluster.get(id, KEY, {}, consistency);
      this.#reads.push({ answer, revision: () => answer.result?.revision ?? null, floor, at });
    }
  }

  #check(): void {
    for (const { revision, floor, at } of this.#reads) {
      const found = revision();
      if (found === null) continue;
      assert.ok(found >= floor, `${at} found revision ${found}, before it began ${floor} was known`);
      this.#known = Math.max(this.#known, found);
    }
    for (const { result } of this.#writes) this.#known = Math.max(this.#known, result?.revision ?? 0);
    const open = this.#reads.filter(({ answer }) => !answer.answered);
    this.#checked += this.#reads.length - open.length;
    this.#reads.splice(0, this.#reads.length, ...open);
  }

  async #break(id: number): Promise<void> {
    const { cluster } = this;
    switch (this.#random(4)) {
      case 0:
        cluster.pause(id);
        this.#heal = () => cluster.resume(id);
        return;
      case 1:
        cluster.network.cut(id);
        this.#heal = () => cluster.network.heal();
        return;
      case 2:
        await cluster.boot(id, cluster.crash(id));
        return;
      default:
        void cluster.node(id).runtime.handOver(ELECTION_MS);
    }
  }
}

describe('reads under faults', () => {
  it('A2.9 A2.12 never show less than was known before they began, under the lease or without', async () => {
    let checked = 0;
    let leased = 0;
    let fallen = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = new Run(
        await TestCluster.start({ operationTimeoutMs: OPERATION_TIMEOUT_MS }),
        randomOf(seed),
      );
      try {
        await run.steps();
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      checked += run.checked;
      for (const { id } of run.cluster.nodes) {
        leased += run.cluster.counter(id, 'consensus_lease_served_total');
        fallen += run.cluster.counter(id, 'consensus_lease_fallback_total');
      }
    }
    assert.ok(checked > 50 * SEEDS && leased > 5 * SEEDS && fallen > SEEDS, `${[checked, leased, fallen]}`);
  });
});
