import assert from 'node:assert/strict';
import test from 'node:test';
import { type ClientSample, type NodeSample, type NodeSamples, Stages } from '../../results/schema/index.js';
import { joinStages } from './stages.js';

const client = (traceId: string, intendedNs: number): ClientSample => ({
  traceId,
  op: 'put',
  intendedNs,
  sentNs: intendedNs + 10,
  doneNs: intendedNs + 500,
});

function sample(traceId: string | null, receivedNs: number): NodeSample {
  return {
    sequence: 1,
    traceId,
    op: 'put',
    index: 7,
    receivedNs,
    parsedNs: receivedNs + 1,
    proposedNs: receivedNs + 2,
    appendStartedNs: receivedNs + 3,
    appendedNs: receivedNs + 4,
    fsyncSubmittedNs: receivedNs + 5,
    fsyncDoneNs: receivedNs + 90,
    firstSentNs: null,
    quorumAckedNs: receivedNs + 80,
    committedNs: receivedNs + 91,
    applyStartNs: receivedNs + 92,
    appliedNs: receivedNs + 93,
    repliedNs: receivedNs + 94,
    winner: 'persist',
    closer: 2,
    remote: { queueNs: 1, writeNs: 2, syncNs: 3 },
  };
}

const node = (id: number, samples: NodeSample[]): NodeSamples => ({
  schema: 'strata.samples/1',
  node: id,
  next: samples.length,
  dropped: 0,
  samples,
});

test('samples meet by trace id, times count from the intended start, null stays null', () => {
  const clients = [client('a', 1000), client('b', 2000), client('lost', 3000)];
  const nodes = [node(1, [sample('b', 2040), sample(null, 1), sample('a', 1030)]), node(2, [])];
  const stages = Stages.parse(joinStages(clients, nodes, true));
  assert.equal(stages.sharedClock, true);
  assert.deepEqual([stages.traced, stages.joined], [3, 2]);
  const [a, b] = stages.samples;
  assert.deepEqual([a!.traceId, a!.node, a!.sentNs, a!.receivedNs, a!.doneNs], ['a', 1, 10, 30, 500]);
  assert.equal(a!.firstSentNs, null);
  assert.equal(a!.repliedNs, 124);
  // A duration of the remote disk is not a moment: it is not shifted.
  assert.deepEqual(b!.remote, { queueNs: 1, writeNs: 2, syncNs: 3 });
});

test('a trace id that two records carry says nothing clear and is left out', () => {
  const nodes = [node(1, [sample('a', 1030)]), node(2, [sample('a', 1035), sample('b', 2030)])];
  const stages = joinStages([client('a', 1000), client('b', 2000)], nodes, true);
  assert.deepEqual(
    stages.samples.map(({ traceId, node: id }) => [traceId, id]),
    [['b', 2]],
  );
});

test('without a shared clock there are no samples, and the reason is told', () => {
  const clients = [client('a', 1000)];
  const far = joinStages(clients, [node(1, [sample('a', 1030)])], false);
  assert.deepEqual([far.sharedClock, far.joined, far.samples.length], [false, 0, 0]);
  assert.match(far.because!, /different machines/);
  // Received before it was sent: whatever the addresses say, these are two clocks.
  const skewed = joinStages(clients, [node(1, [sample('a', 900)])], true);
  assert.equal(skewed.sharedClock, false);
  assert.match(skewed.because!, /1 of 1 requests/);
});

test('one disordered sample in a hundred does not condemn the clock', () => {
  const clients = Array.from({ length: 200 }, (_, i) => client(`t${i}`, 1000));
  const samples = clients.map(({ traceId }, i) => sample(traceId, i === 0 ? 0 : 1030));
  assert.equal(joinStages(clients, [node(1, samples)], true).sharedClock, true);
});
