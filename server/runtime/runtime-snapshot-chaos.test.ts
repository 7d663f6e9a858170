import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WriteResult } from '../ports/key-value-service.js';
import { type Answer, codeOf } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const SEEDS = 5;
const STEPS = 120;
const NODES = [1, 2, 3];
const OPERATION_TIMEOUT_MS = 400;
const REFUSED = [
  'STRATA_NO_LEADER',
  'STRATA_NOT_LEADER',
  'STRATA_PROPOSAL_DROPPED',
  'STRATA_PEER_UNREACHABLE',
];

interface Put {
  readonly key: string;
  readonly answer: Answer<WriteResult>;
}

/** Any sequence of numbers that repeats itself will do (Park and Miller). */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

/** What was done to the snapshot files of a node, over all its lives. */
function count(cluster: TestCluster, event: string): number {
  return cluster.nodes.reduce(
    (sum, { snapshots }) => sum + snapshots.events.filter((line) => line.startsWith(event)).length,
    0,
  );
}

/** Snapshots every few entries, and one fault at a time; pieces of snapshots are lost besides. Returns what makes it whole again. */
function breakSomething(cluster: TestCluster, id: number, kind: number): () => Promise<void> {
  const { log, snapshots, runtime } = cluster.node(id);
  switch (kind) {
    case 0: {
      const found = cluster.crash(id);
      return () => cluster.boot(id, found);
    }
    case 1:
      log.hold();
      return async () => log.release();
    case 2:
    case 3:
      cluster.network.cut(id);
      return async () => cluster.network.heal();
    case 4:
      snapshots.isFull = true;
      return async () => {
        snapshots.isFull = false;
      };
    case 5:
      snapshots.diskMs = 3;
      return async () => {
        snapshots.diskMs = 0;
      };
    default:
      void runtime.handOver(ELECTION_MS);
      return async () => {};
  }
}

async function run(seed: number): Promise<{ readonly cluster: TestCluster; readonly puts: readonly Put[] }> {
  const random = randomOf(seed);
  const cluster = await TestCluster.start({
    operationTimeoutMs: OPERATION_TIMEOUT_MS,
    snapshots: { entriesMax: 8 + random(20), keepEntries: random(4), sliceBytes: 100 + random(300) },
  });
  cluster.network.onRequest = ({ method }, payload) =>
    method.startsWith('snapshot.') && random(12) === 0 ? null : payload;
  const puts: Put[] = [];
  let heal: (() => Promise<void>) | null = null;
  for (let step = 0; step < STEPS; step++) {
    const up = cluster.nodes.map(({ id }) => id);
    if (random(10) > 0) {
      for (let burst = random(10); burst >= 0; burst--) {
        const key = `key ${puts.length}`;
        puts.push({ key, answer: cluster.put(up[random(up.length)]!, key, 'v'.repeat(random(80))) });
      }
    } else if (heal !== null) {
      await heal();
      heal = null;
    } else heal = breakSomething(cluster, NODES[random(NODES.length)]!, random(7));
    await cluster.pass([1, 1, 3, 10, 60][random(5)]!);
  }
  await heal?.();
  cluster.network.onRequest = (_, payload) => payload;
  await cluster.pass(OPERATION_TIMEOUT_MS);
  const applied = (): readonly number[] => cluster.nodes.map(({ machine }) => machine.appliedIndex);
  await cluster.passUntil(
    () => new Set(applied()).size === 1 && cluster.nodes.some(({ raw }) => raw.role === 'leader'),
    `seed ${seed}: all nodes at one index`,
    20_000,
  );
  return { cluster, puts };
}

describe('snapshots under faults', () => {
  it('A2.32 whatever is interrupted: all nodes end with the same state, and it holds every acknowledged write', async () => {
    let created = 0;
    let received = 0;
    let suspended = 0;
    let acknowledged = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { cluster, puts } = await run(seed);
      created += count(cluster, 'create');
      received += count(cluster, 'receive');
      suspended += count(cluster, 'suspend');
      const revisions = cluster.nodes.map(({ machine }) => [machine.revision, machine.keyCount].join());
      assert.equal(new Set(revisions).size, 1, `seed ${seed}: ${revisions.join(' | ')}`);
      for (const { key, answer } of puts) {
        assert.ok(answer.answered, `seed ${seed}: ${key} was never answered`);
        if (answer.result !== null) acknowledged += 1;
        for (const { id } of cluster.nodes) {
          const isStored = cluster.stored(id, key) !== null;
          if (answer.result !== null) assert.ok(isStored, `seed ${seed}: node ${id} lost ${key}`);
          else if (REFUSED.includes(codeOf(answer)!))
            assert.ok(!isStored, `seed ${seed}: ${key} was refused`);
        }
      }
    }
    assert.ok(
      acknowledged > 100 * SEEDS && created > 10 * SEEDS && received > SEEDS && suspended > 0,
      JSON.stringify({ acknowledged, created, received, suspended }),
    );
  });
});
