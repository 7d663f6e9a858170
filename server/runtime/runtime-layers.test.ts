import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LockReading } from '../ports/lock.js';
import type { Sample } from './sample-ring.js';
import { codeOf } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS } from './testing/test-nodes.js';

const TRACE = 'a'.repeat(32);

interface Layers {
  readonly schema: string;
  readonly node: Readonly<Record<string, unknown>>;
  readonly takenNs: number;
  readonly startedNs: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
  readonly histograms: Readonly<
    Record<
      string,
      { readonly count: number; readonly sum: number; readonly buckets: readonly [number, number][] }
    >
  >;
  readonly locks?: readonly LockReading[];
}

/** As a client sees it: what JSON cannot say is lost. */
const layersOf = (cluster: TestCluster, id: number): Layers =>
  JSON.parse(JSON.stringify(cluster.node(id).runtime.layers())) as Layers;

const samplesOf = (cluster: TestCluster, since = 0): Sample[] => {
  const document = cluster.node(1).runtime.samples(since) as {
    schema: string;
    node: number;
    samples: Sample[];
  };
  assert.deepEqual([document.schema, document.node], ['strata.samples/1', 1]);
  return document.samples;
};

function assertAscending(names: readonly (keyof Sample)[], sample: Sample): void {
  const stamps = names.map((name) => sample[name]);
  for (const [at, stamp] of stamps.entries()) {
    assert.ok(typeof stamp === 'number' && stamp > 0, `${names[at]} is ${stamp}`);
    if (at > 0) assert.ok(stamp >= (stamps[at - 1] as number), `${names[at]} is before ${names[at - 1]}`);
  }
}

describe('layers document', () => {
  it('tells who speaks, counts what happened, and its histograms add up', async () => {
    const cluster = await TestCluster.start();
    const before = layersOf(cluster, 1);
    for (let write = 0; write < 10; write++) {
      cluster.put(1, `key ${write % 3}`, 'x');
      cluster.clock.advance(5);
    }
    cluster.get(1, 'key 1');
    cluster.clock.advance(5);
    const after = layersOf(cluster, 1);

    assert.equal(after.schema, 'strata.layers/1');
    const node = { id: 1, role: 'leader', term: 1, leader: 1, pid: 1, strata: '0', nodejs: 'v20' };
    assert.deepEqual(after.node, node);
    assert.deepEqual(after.config, { fsync: 'group' });
    assert.ok(after.takenNs > after.startedNs && after.startedNs === before.startedNs);
    const grown = (name: string): number => after.counters[name]! - before.counters[name]!;
    for (const name of ['consensus_proposals_total', 'consensus_commits_total', 'state_applied_total'])
      assert.equal(grown(name), 10, name);
    assert.deepEqual([grown('consensus_reads_total'), grown('consensus_read_rounds_total')], [1, 1]);
    const { gauges } = after;
    assert.deepEqual([gauges.state_keys, gauges.consensus_writes_waiting], [3, 0]);
    assert.equal(gauges.state_applied_index, 11);
    assert.equal(
      after.histograms.consensus_propose_wait_ns!.count - before.histograms.consensus_propose_wait_ns!.count,
      10,
    );
    for (const [name, { count, sum, buckets }] of Object.entries(after.histograms)) {
      assert.equal(
        buckets.reduce((all, [, inBucket]) => all + inBucket, 0),
        count,
        name,
      );
      assert.ok(buckets.reduce((all, [lower, inBucket]) => all + lower * inBucket, 0) <= sum, name);
    }
  });

  it('counts the appends on the way to a follower whenever one leaves', async () => {
    const cluster = await TestCluster.start({ nodes: 2 });
    cluster.network.delayMs = 10;
    const inFlight = () => layersOf(cluster, 1).histograms.consensus_appends_in_flight!;
    const before = inFlight();
    // Two in turns of their own before the first answer, then one that is alone.
    for (const key of ['a', 'b']) {
      cluster.put(1, key, 'x');
      cluster.clock.advance(5);
    }
    cluster.clock.advance(100);
    cluster.put(1, 'c', 'x');
    cluster.clock.advance(100);
    const after = inFlight();
    assert.deepEqual([after.count - before.count, after.sum - before.sum], [3, 1 + 2 + 1]);
    assert.equal(
      layersOf(cluster, 2).histograms.consensus_appends_in_flight!.count,
      0,
      'a follower sends none',
    );
  });

  it('splits every commit between the two branches', async () => {
    const cluster = await TestCluster.start();
    for (let write = 0; write < 5; write++) {
      cluster.put(1, 'a', 'x');
      cluster.clock.advance(5);
    }
    const { counters, histograms } = layersOf(cluster, 1);
    const won = counters.consensus_persist_won_total! + counters.consensus_replicate_won_total!;
    assert.equal(won, 6, 'five writes and the no-op');
    assert.equal(histograms.consensus_commit_ns!.count, won);
    assert.equal(histograms.consensus_persist_ns!.count, won);
  });

  it('does not count what a leadership that was lost left behind, when the same node leads again', async () => {
    const cluster = await TestCluster.start();
    const committed = (): number => layersOf(cluster, 1).histograms.consensus_commit_ns!.count;
    cluster.network.cut(1);
    cluster.put(1, 'a', '1');
    cluster.clock.advance(3 * ELECTION_MS);
    cluster.network.heal();
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(cluster.node(1).raw.leader, 2);
    assert.equal(committed(), 1, 'the no-op of its first term');
    void cluster.node(2).runtime.handOver(1);
    cluster.clock.advance(20);
    cluster.put(1, 'b', '1');
    cluster.clock.advance(ELECTION_MS);
    assert.equal(cluster.node(1).raw.role, 'leader');
    assert.equal(committed(), 3, 'and of its second, and one write');
  });
});

describe('samples', () => {
  it('of a traced put have ascending stamps along both branches', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    cluster.put(1, 'b', '2', { traceId: TRACE });
    cluster.clock.advance(10);
    const samples = samplesOf(cluster);
    assert.equal(samples.length, 1, 'only the traced one');
    const [sample] = samples as [Sample];
    assert.deepEqual(
      [sample.traceId, sample.op, sample.index, sample.winner],
      [TRACE, 'put', 3, 'replicate'],
    );
    assertAscending(
      ['receivedNs', 'parsedNs', 'proposedNs', 'firstSentNs', 'quorumAckedNs', 'committedNs'],
      sample,
    );
    assertAscending(
      ['proposedNs', 'appendStartedNs', 'appendedNs', 'fsyncSubmittedNs', 'fsyncDoneNs', 'committedNs'],
      sample,
    );
    assertAscending(['committedNs', 'applyStartNs', 'appliedNs', 'repliedNs'], sample);
    assert.equal(sample.closer, 2);
    assert.deepEqual(sample.remote, { queueNs: 0, writeNs: 500_000, syncNs: 500_000 });
  });

  it('of a write that the followers decided are complete only when the own disk is done', async () => {
    const cluster = await TestCluster.start();
    cluster.node(1).log.hold();
    const put = cluster.put(1, 'a', '1', { traceId: TRACE });
    cluster.clock.advance(10);
    assert.notEqual(put.result, null);
    assert.deepEqual(samplesOf(cluster), []);
    cluster.node(1).log.release();
    cluster.clock.settle();
    const [sample] = samplesOf(cluster) as [Sample];
    assert.deepEqual([sample.winner, sample.closer], ['replicate', 3]);
    assertAscending(['committedNs', 'applyStartNs', 'appliedNs', 'repliedNs', 'fsyncDoneNs'], sample);
  });

  it('of a write whose own disk was last name the disk', async () => {
    const cluster = await TestCluster.start();
    cluster.node(1).log.hold();
    cluster.node(3).log.hold();
    cluster.put(1, 'a', '1', { traceId: TRACE });
    cluster.clock.advance(10);
    cluster.node(1).log.release();
    cluster.clock.settle();
    const [sample] = samplesOf(cluster) as [Sample];
    assert.equal(sample.winner, 'persist');
    assertAscending(['proposedNs', 'quorumAckedNs', 'fsyncDoneNs', 'committedNs', 'repliedNs'], sample);
  });

  it('are taken of one write in so many without a trace, and of traced reads', async () => {
    const cluster = await TestCluster.start({ sampleEvery: 4 });
    for (let write = 0; write < 8; write++) cluster.put(1, 'a', '1');
    cluster.get(1, 'a', { traceId: TRACE });
    cluster.clock.advance(10);
    const samples = samplesOf(cluster);
    assert.deepEqual(
      samples.map(({ op, index }) => `${op} ${index}`),
      ['get 0', 'put 5', 'put 9'],
    );
    assertAscending(
      ['receivedNs', 'parsedNs', 'proposedNs', 'committedNs', 'appliedNs', 'repliedNs'],
      samples[0]!,
    );
    assert.equal(samplesOf(cluster, 2).length, 1, 'those above a number');
  });

  it('are not made of writes that failed: those have no commit and no apply', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 50 });
    for (const id of [2, 3]) cluster.node(id).log.hold();
    const late = cluster.put(1, 'a', '1', { traceId: TRACE });
    cluster.clock.advance(2 * ELECTION_MS);
    assert.equal(codeOf(late), 'STRATA_TIMEOUT');
    for (const id of [2, 3]) cluster.node(id).log.release();
    cluster.clock.advance(10);
    cluster.node(1).log.hold();
    cluster.network.cut(1);
    const lost = cluster.put(1, 'b', '1', { traceId: TRACE });
    cluster.clock.advance(3 * ELECTION_MS);
    assert.notEqual(codeOf(lost), null);
    cluster.node(1).log.release();
    cluster.network.heal();
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual(samplesOf(cluster), []);
  });
});

describe('locks in the layers document', () => {
  it('writes behind a slow append wait for it, to the nanosecond of the simulated disk', async () => {
    const cluster = await TestCluster.start({ diskMs: 10, gatherBehindAppends: 1, gatherMsMax: 50 });
    const lockOf = (name: string): LockReading =>
      layersOf(cluster, 1).locks!.find((lock) => lock.name === name)!;
    const before = lockOf('proposal_slot');
    cluster.put(1, 'a', '1');
    cluster.clock.advance(1);
    for (const key of ['b', 'c', 'd']) cluster.put(1, key, '1');
    cluster.clock.advance(100);
    const after = lockOf('proposal_slot');
    assert.equal(after.layer, 'consensus');
    assert.equal(after.acquisitions - before.acquisitions, 4);
    assert.equal(after.contended - before.contended, 3);
    const waitNs = after.waitNs - before.waitNs;
    // They gather until the append is done and leave together: three equal waits.
    assert.ok(
      waitNs > 3 * 1e6 && waitNs <= 3 * 10e6 && Math.abs(waitNs / 3 - after.waitNsMax) < 1,
      `${waitNs}`,
    );
    assert.equal(after.holders.find(({ who }) => who === 'append')!.blameNs, after.waitNs);
    const members = lockOf('membership_change');
    assert.deepEqual([members.layer, members.acquisitions], ['runtime', 0]);
  });

  it('a second change of membership is contended, and has not waited', async () => {
    const cluster = await TestCluster.start();
    for (const id of [4, 5]) {
      const member = { id, host: 'h', peerPort: 7_200 + id, httpPort: 7_000 + id, respPort: 0 };
      cluster.ask((done) => cluster.node(1).runtime.admin.addMember(member, done));
    }
    const lock = layersOf(cluster, 1).locks!.find(({ name }) => name === 'membership_change')!;
    assert.deepEqual([lock.acquisitions, lock.contended, lock.waitNs], [1, 1, 0]);
    assert.deepEqual(lock.waiters, [{ who: 'add', count: 1, waitNs: 0 }]);
  });
});

describe('a node that measures nothing', () => {
  it('serves like any other, counts, and has no times to tell', async () => {
    const cluster = await TestCluster.start({ isMeasured: false });
    const write = cluster.put(1, 'a', '1', { traceId: TRACE });
    cluster.clock.advance(50);
    assert.equal(codeOf(write), null);
    const read = cluster.get(1, 'a', { traceId: TRACE });
    cluster.clock.advance(50);
    assert.equal(codeOf(read), null);
    for (const { context } of [write, read]) context.onReplied?.(1);
    const { histograms, counters, locks } = layersOf(cluster, 1);
    assert.deepEqual([histograms, locks], [{}, undefined]);
    assert.ok(counters.consensus_commits_total! > 0);
    assert.deepEqual(samplesOf(cluster), []);
  });
});
