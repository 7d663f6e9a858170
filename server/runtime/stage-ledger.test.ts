import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, MessageType } from '../consensus/messages.js';
import type { RequestContext } from '../ports/key-value-service.js';
import type { AppendTimings } from '../ports/log-storage.js';
import { MetricsRegistry } from './metrics-registry.js';
import { SampleRing } from './sample-ring.js';
import { StageLedger, type WriteSample } from './stage-ledger.js';

const message = (fields: Partial<Message>): Message => ({
  type: MessageType.AppendResponse,
  from: 2,
  to: 1,
  term: 1,
  logTerm: 0,
  index: 0,
  entries: [],
  commit: 0,
  reject: false,
  rejectHint: 0,
  context: 0,
  snapshot: null,
  diskQueueNs: 1,
  diskWriteNs: 2,
  diskSyncNs: 3,
  ...fields,
});
const entry = (index: number) => ({ index, term: 1, type: 0 as const, data: new Uint8Array(0) });
const timings = (durableNs: number): AppendTimings => ({
  submittedNs: 101,
  writeStartedNs: 102,
  writtenNs: 103,
  syncSubmittedNs: 104,
  durableNs,
  batchEntries: 2,
});

function setUp(voters = 3) {
  const metrics = new MetricsRegistry();
  const ring = new SampleRing();
  const ledger = new StageLedger(metrics, ring, voters);
  const context: RequestContext = {
    receivedNs: 90,
    parsedNs: 95,
    traceId: 'ab'.repeat(16),
    forward: true,
    onReplied: null,
  };
  const sample: WriteSample = {
    op: 'put',
    context,
    index: 8,
    batch: null,
    applyStartNs: 0,
    appliedNs: 0,
    repliedNs: 0,
  };
  const counters = () => Object.fromEntries([...metrics.counters()].map(({ name, value }) => [name, value]));
  return { ledger, ring, sample, counters };
}

describe('stage ledger', () => {
  it('names persist as the winner when the own disk was waited for last, with the follower that closed the quorum', () => {
    const { ledger, ring, sample, counters } = setUp();
    ledger.expect(sample);
    ledger.appended(7, 8, 100);
    ledger.sent([message({ type: MessageType.Append, index: 6, entries: [entry(7), entry(8)] })], 110);
    ledger.acknowledged(message({ from: 3, index: 8 }), 150);
    ledger.durable(8, timings(200));
    ledger.committed(8, 'persist', 205);
    sample.applyStartNs = 206;
    sample.appliedNs = 207;
    ledger.replied(sample, 210);
    const [found] = ring.after(0).samples;
    assert.ok(found !== undefined);
    assert.equal(found.winner, 'persist');
    assert.equal(found.closer, 3);
    assert.deepEqual(found.remote, { queueNs: 1, writeNs: 2, syncNs: 3 });
    const path = [
      found.receivedNs,
      found.parsedNs,
      found.proposedNs,
      found.firstSentNs,
      found.quorumAckedNs,
      found.fsyncDoneNs,
    ];
    assert.deepEqual(path, [90, 95, 100, 110, 150, 200]);
    assert.deepEqual(
      [found.committedNs, found.applyStartNs, found.appliedNs, found.repliedNs],
      [205, 206, 207, 210],
    );
    assert.equal(counters().consensus_persist_won_total, 1);
  });

  it('holds a sample back until its own disk is done when followers alone committed it', () => {
    const { ledger, ring, sample, counters } = setUp();
    ledger.expect(sample);
    ledger.appended(8, 8, 100);
    ledger.acknowledged(message({ from: 2, index: 8 }), 120);
    ledger.acknowledged(message({ from: 3, index: 8 }), 130);
    ledger.committed(8, 'replicate', 130);
    ledger.replied(sample, 140);
    assert.equal(ring.after(0).samples.length, 0, 'the disk is still at work');
    ledger.durable(8, timings(300));
    const [found] = ring.after(0).samples;
    assert.equal(found?.winner, 'replicate');
    assert.equal(found?.quorumAckedNs, 130, 'without the own disk it takes the second follower');
    assert.equal(found?.closer, 3);
    assert.equal(found?.fsyncDoneNs, 300);
    assert.equal(counters().consensus_replicate_won_total, 1);
  });

  it('ignores rejected, repeated and partial acknowledgements', () => {
    const { ledger, ring, sample } = setUp();
    ledger.expect(sample);
    ledger.appended(7, 8, 100);
    ledger.acknowledged(message({ index: 8, reject: true }), 110);
    ledger.acknowledged(message({ index: 7 }), 115);
    ledger.acknowledged(message({ index: 8 }), 120);
    ledger.acknowledged(message({ index: 8 }), 125);
    ledger.durable(8, timings(121));
    ledger.committed(8, 'replicate', 130);
    ledger.replied(sample, 140);
    assert.equal(ring.after(0).samples[0]?.quorumAckedNs, 120);
  });

  it('forgets what was under way when leadership ends', () => {
    const { ledger, ring, sample } = setUp();
    ledger.expect(sample);
    ledger.appended(8, 8, 100);
    ledger.reset();
    ledger.durable(8, timings(200));
    assert.equal(ring.after(0).samples.length, 0);
  });

  it('needs no follower in a cluster of one', () => {
    const { ledger, ring, sample } = setUp(1);
    ledger.expect(sample);
    ledger.appended(8, 8, 100);
    ledger.durable(8, timings(200));
    ledger.committed(8, 'persist', 201);
    ledger.replied(sample, 205);
    assert.equal(ring.after(0).samples[0]?.closer, 0);
    assert.equal(ring.after(0).samples[0]?.quorumAckedNs, 100);
  });
});
