import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReadResult, WriteResult } from '../ports/key-value-service.js';
import { type Answer, codeOf } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const SEEDS = 25;
const STEPS = 150;
const OPERATION_TIMEOUT_MS = 400;
const NODES = [1, 2, 3];

/** Codes that promise that nothing was proposed. */
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

interface Get {
  readonly answer: Answer<ReadResult>;
  /** The put of this key was answered before the read began. */
  readonly mustFind: boolean;
}

/** Any sequence of numbers that repeats itself will do (Park and Miller). */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

/** Requests at all nodes while disks stall, wires are cut and nodes crash, one fault at a time. Every put has a key of its own. */
async function run(
  seed: number,
): Promise<{ readonly puts: readonly Put[]; readonly gets: readonly Get[]; readonly cluster: TestCluster }> {
  const random = randomOf(seed);
  const cluster = await TestCluster.start({
    gatherBehindAppends: random(2),
    operationTimeoutMs: OPERATION_TIMEOUT_MS,
    sampleEvery: 2,
  });
  const puts: Put[] = [];
  const gets: Get[] = [];
  let heal: (() => Promise<void>) | null = null;
  for (let step = 0; step < STEPS; step++) {
    const up = cluster.nodes.map(({ id }) => id);
    const at = up[random(up.length)]!;
    const kind = random(10);
    if (kind < 5)
      puts.push({ key: `key ${puts.length}`, answer: cluster.put(at, `key ${puts.length}`, '1') });
    else if (kind < 8 && puts.length > 0) {
      const { key, answer } = puts[random(puts.length)]!;
      gets.push({ answer: cluster.get(at, key), mustFind: answer.result !== null });
    } else if (heal !== null) {
      await heal();
      heal = null;
    } else heal = breakSomething(cluster, NODES[random(NODES.length)]!, random(4));
    cluster.clock.advance([0, 0.3, 1, 4, 60][random(5)]!);
  }
  await heal?.();
  cluster.clock.advance(OPERATION_TIMEOUT_MS + 10 * ELECTION_MS);
  return { puts, gets, cluster };
}

/** Returns what makes it whole again. */
function breakSomething(cluster: TestCluster, id: number, kind: number): () => Promise<void> {
  if (kind === 0) {
    const found = cluster.crash(id);
    return () => cluster.boot(id, found);
  }
  if (kind === 1) {
    const { log } = cluster.node(id);
    log.hold();
    return async () => log.release();
  }
  if (kind === 2) {
    cluster.network.cut(id);
    return async () => cluster.network.heal();
  }
  void cluster.node(id).runtime.handOver(ELECTION_MS);
  return async () => {};
}

describe('the loop under faults', () => {
  it('answers every request once, keeps what it acknowledged, and reads what was acknowledged before', async () => {
    let acknowledged = 0;
    let found = 0;
    let failed = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { puts, gets, cluster } = await run(seed);
      for (const { key, answer } of puts) {
        assert.ok(answer.answered, `seed ${seed}: ${key} was never answered`);
        for (const { id } of cluster.nodes) {
          const stored = cluster.stored(id, key) !== null;
          if (answer.result !== null) assert.ok(stored, `seed ${seed}: node ${id} lost ${key}`);
          else if (REFUSED.includes(codeOf(answer)!)) assert.ok(!stored, `seed ${seed}: ${key} was refused`);
        }
        if (answer.result !== null) acknowledged += 1;
        else failed += 1;
      }
      for (const { answer, mustFind } of gets) {
        assert.ok(answer.answered, `seed ${seed}: a read was never answered`);
        if (!mustFind || answer.result === null) continue;
        assert.notEqual(answer.result.value, null, `seed ${seed}: a stale read`);
        found += 1;
      }
    }
    assert.ok(
      acknowledged > 20 * SEEDS && found > 5 * SEEDS && failed > 2 * SEEDS,
      `${[acknowledged, found, failed]}`,
    );
  });
});
