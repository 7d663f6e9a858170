import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StrataError } from '../errors.js';
import { encodePut } from '../state/command.js';
import { decodeReadResult, decodeWriteResult, FORWARD_READ, FORWARD_WRITE } from './forward-codec.js';
import { address, bytes, codeOf, ELECTION_MS, readValue, TestCluster } from './testing/test-cluster.js';

/** Sends a request as a peer would and returns the answer, which has to come exactly once. */
function ask(cluster: TestCluster, to: number, method: string, payload: Uint8Array): Uint8Array {
  const answers: Uint8Array[] = [];
  cluster.network.request(2, to, method, payload, (error, response) => {
    assert.equal(error, null);
    answers.push(response!);
  });
  cluster.clock.advance(20);
  assert.equal(answers.length, 1);
  return answers[0]!;
}

const hasCode = (code: string) => (error: unknown) => error instanceof StrataError && error.code === code;

describe('requests at a follower', () => {
  it('travel to the leader and bring its answer back', async () => {
    const cluster = await TestCluster.start();
    const put = cluster.put(2, 'a', '1');
    cluster.clock.advance(10);
    assert.deepEqual(put.result, { revision: 1, changed: true });
    const get = cluster.get(3, 'a');
    cluster.clock.advance(10);
    assert.equal(readValue(get), '1');
    assert.deepEqual(cluster.network.requests, [
      { from: 2, to: 1, method: FORWARD_WRITE },
      { from: 3, to: 1, method: FORWARD_READ },
    ]);
    assert.equal(cluster.counter(2, 'consensus_forwarded_total'), 1);
  });

  it('with forward=false are answered with the address of the leader', async () => {
    const cluster = await TestCluster.start();
    const answers = [cluster.put(2, 'a', '1', { forward: false }), cluster.get(3, 'a', { forward: false })];
    cluster.clock.advance(10);
    for (const answer of answers) {
      assert.equal(codeOf(answer), 'STRATA_NOT_LEADER');
      assert.equal((answer.error as StrataError).details.leader, address(1).httpUrl);
    }
    assert.deepEqual(cluster.network.requests, []);
  });

  it('travel one hop at most: a node that does not lead refuses what was forwarded to it', async () => {
    const cluster = await TestCluster.start();
    const write = ask(cluster, 3, FORWARD_WRITE, encodePut(bytes('a'), bytes('1')));
    assert.throws(() => decodeWriteResult(write), hasCode('STRATA_NOT_LEADER'));
    const read = ask(cluster, 3, FORWARD_READ, bytes('a'));
    assert.throws(() => decodeReadResult(read), hasCode('STRATA_NOT_LEADER'));
    assert.equal(cluster.network.requests.length, 2, 'none but the two that were asked');
    assert.equal(cluster.stored(1, 'a'), null);
  });

  it('are refused while no leader is known', async () => {
    const cluster = await TestCluster.start({}, false);
    const answers = [cluster.put(1, 'a', '1'), cluster.get(2, 'a')];
    cluster.clock.advance(10);
    assert.deepEqual(answers.map(codeOf), ['STRATA_NO_LEADER', 'STRATA_NO_LEADER']);
    assert.deepEqual(cluster.network.requests, []);
  });

  it('bring back why they failed on the way, or at the leader', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(1);
    const unsent = cluster.put(2, 'a', '1');
    cluster.clock.advance(5);
    assert.equal(codeOf(unsent), 'STRATA_PEER_UNREACHABLE');

    cluster.network.heal();
    const halfway = cluster.put(2, 'a', '1');
    cluster.clock.advance(1.5);
    cluster.network.cut(1);
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(codeOf(halfway), 'STRATA_PEER_LOST');
  });

  it('that no node would have sent are answered with an invalid frame and not proposed', async () => {
    const cluster = await TestCluster.start();
    const { raw } = cluster.node(1);
    const { lastIndex } = raw;
    const malformed: readonly [string, Uint8Array][] = [
      [FORWARD_WRITE, new Uint8Array(0)],
      [FORWARD_WRITE, new Uint8Array([9, 0, 1, 65])],
      [FORWARD_WRITE, new Uint8Array([1, 0, 9, 65])],
      [FORWARD_WRITE, encodePut(new Uint8Array(0), bytes('1'))],
      ['kv.rename', encodePut(bytes('a'), bytes('1'))],
    ];
    for (const [method, payload] of malformed) {
      const response = ask(cluster, 1, method, payload);
      assert.throws(
        () => decodeWriteResult(response),
        hasCode('STRATA_FRAME_INVALID'),
        `${method} ${payload}`,
      );
    }
    assert.equal(raw.lastIndex, lastIndex);
    assert.notEqual(ask(cluster, 1, FORWARD_WRITE, encodePut(bytes('a'), bytes('1')))[0], 0);
    assert.equal(raw.lastIndex, lastIndex + 1);
  });
});
