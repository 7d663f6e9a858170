import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StrataError } from '../errors.js';
import { encodeCommand, encodePut } from '../state/command-codec.js';
import { encodeOnce } from '../state/once-codec.js';
import type { Command, Op } from '../state/vocabulary.js';
import {
  decodeCommandAnswer,
  decodeQueryAnswer,
  decodeReadResult,
  encodeForwardedQuery,
  encodeRead,
  FORWARD_COMMAND,
  FORWARD_QUERY,
  FORWARD_READ,
} from './forward-codec.js';
import { codeOf, readValue } from './testing/answers.js';
import { LIMITS } from './testing/desk-context.js';
import { bytes, TestCluster } from './testing/test-cluster.js';
import { address, ELECTION_MS } from './testing/test-nodes.js';

const METHODS = [FORWARD_COMMAND, FORWARD_READ, FORWARD_QUERY];
const increment = (key: string): Op => ({ kind: 'increment', key: bytes(key), delta: 1n });
const batch = (...ops: readonly Op[]): Command => ({ kind: 'batch', ops, session: null });

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
    cluster.clock.advance(20);
    assert.deepEqual(put.result, { revision: 1, changed: true });
    const write = cluster.write(3, batch(increment('a'), increment('a')));
    cluster.clock.advance(20);
    assert.deepEqual(
      write.result!.results.map(({ value, status }) => [value, status]),
      [
        ['2', 'ok'],
        ['3', 'ok'],
      ],
    );
    assert.deepEqual([write.result!.revision, write.result!.succeeded], [2, true]);
    const get = cluster.get(3, 'a', {}, 'lease');
    cluster.clock.advance(10);
    assert.equal(new TextDecoder().decode(get.result!.value as Uint8Array), '3');
    const query = cluster.query(2, { kind: 'size' }, 'lease');
    cluster.clock.advance(10);
    assert.equal(query.result!.count, 1);
    assert.deepEqual(cluster.network.requests, [
      // Of a node's first write: the session that it goes under.
      { from: 2, to: 1, method: FORWARD_COMMAND },
      { from: 2, to: 1, method: FORWARD_COMMAND },
      { from: 3, to: 1, method: FORWARD_COMMAND },
      { from: 3, to: 1, method: FORWARD_COMMAND },
      { from: 3, to: 1, method: FORWARD_READ },
      { from: 2, to: 1, method: FORWARD_QUERY },
    ]);
    assert.equal(cluster.counter(2, 'consensus_forwarded_total'), 2);
  });

  it('A2.42 with forward=false are answered with the address of the leader', async () => {
    const cluster = await TestCluster.start();
    const answers = [
      cluster.put(2, 'a', '1', { forward: false }),
      cluster.write(2, batch(increment('a')), { forward: false }),
      cluster.get(3, 'a', { forward: false }),
      cluster.get(3, 'a', { forward: false }, 'lease'),
      cluster.query(3, { kind: 'size' }, 'linearizable', { forward: false }),
    ];
    cluster.clock.advance(10);
    for (const answer of answers) {
      assert.equal(codeOf(answer), 'STRATA_NOT_LEADER');
      assert.equal((answer.error as StrataError).details.leader, address(1).httpUrl);
    }
    assert.deepEqual(cluster.network.requests, []);
  });

  it('A2.42 travel one hop at most: a node that does not lead refuses what was forwarded to it', async () => {
    const cluster = await TestCluster.start();
    const command = encodeCommand(batch(increment('a')), 0, LIMITS);
    const refused = hasCode('STRATA_NOT_LEADER');
    const once = { session: 1, sequence: 1, settledTo: 0 };
    const write = ask(cluster, 3, FORWARD_COMMAND, encodeOnce(once, encodePut(bytes('a'), bytes('1'))));
    assert.throws(() => decodeCommandAnswer(write), refused);
    const wide = ask(cluster, 3, FORWARD_COMMAND, command);
    assert.throws(() => decodeCommandAnswer(wide), refused);
    for (const consistency of ['linearizable', 'lease'] as const) {
      const read = ask(cluster, 3, FORWARD_READ, encodeRead(bytes('a'), consistency));
      assert.throws(() => decodeReadResult(read), refused);
      const query = ask(cluster, 3, FORWARD_QUERY, encodeForwardedQuery({ kind: 'size' }, consistency));
      assert.throws(() => decodeQueryAnswer(query), refused);
    }
    assert.equal(cluster.network.requests.length, 6, 'none but those that were asked');
    assert.equal(cluster.stored(1, 'a'), null);
  });

  it('A2.42 find no leader: reads are refused at once, writes when none was elected in their time', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 150 }, false);
    cluster.network.cut(1, 2, 3);
    const reads = [
      cluster.get(2, 'a'),
      cluster.get(2, 'a', {}, 'lease'),
      cluster.query(3, { kind: 'size' }),
      cluster.put(1, 'a', '1', { forward: false }),
    ];
    const writes = [cluster.put(1, 'a', '1'), cluster.write(1, batch(increment('a')))];
    cluster.clock.advance(10);
    assert.deepEqual(new Set(reads.map(codeOf)), new Set(['STRATA_NO_LEADER']));
    assert.deepEqual(writes.map(codeOf), [null, null]);
    cluster.clock.advance(250);
    assert.deepEqual(new Set(writes.map(codeOf)), new Set(['STRATA_NO_LEADER']));
    assert.deepEqual(cluster.network.requests, []);
    assert.equal(cluster.gauge(1, 'runtime_requests_waiting'), 0);
  });

  it('bring back why they failed on the way, or at the leader, when there is no time left to try again', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 50 });
    const first = cluster.put(2, 'a', '1');
    cluster.clock.advance(20);
    assert.deepEqual(first.result, { revision: 1, changed: true });
    cluster.network.cut(1, 3);
    const unsent = cluster.put(2, 'a', '1');
    cluster.clock.advance(5);
    assert.equal(codeOf(unsent), null);
    cluster.clock.advance(170);
    assert.equal(codeOf(unsent), 'STRATA_PEER_UNREACHABLE');

    cluster.network.heal();
    cluster.clock.advance(5 * ELECTION_MS);
    const leader = cluster.nodes.find(({ raw }) => raw.role === 'leader')!.id;
    const other = [1, 2, 3].find((id) => id !== leader)!;
    const warm = cluster.put(other, 'a', '1');
    cluster.clock.advance(20);
    assert.notEqual(warm.result, null);
    const halfway = cluster.put(other, 'a', '1');
    cluster.clock.advance(1.5);
    cluster.network.cut(other);
    cluster.clock.advance(3 * ELECTION_MS);
    assert.equal(codeOf(halfway), 'STRATA_PEER_LOST');
  });

  it('are answered at their deadline, and when this node stops: nothing waits for a leader that stands still', async () => {
    const cluster = await TestCluster.start({ operationTimeoutMs: 50 });
    cluster.put(2, 'a', '0');
    cluster.clock.advance(20);
    cluster.pause(1);
    const answers = [cluster.put(2, 'a', '1'), cluster.get(2, 'a', {}, 'lease')];
    cluster.clock.advance(49);
    assert.deepEqual(answers.map(codeOf), [null, null]);
    assert.equal(cluster.gauge(2, 'runtime_forwarded_waiting'), 2);
    cluster.clock.advance(120);
    assert.deepEqual(answers.map(codeOf), ['STRATA_TIMEOUT', 'STRATA_TIMEOUT']);
    assert.equal(cluster.gauge(2, 'runtime_forwarded_waiting'), 0);

    const other = await TestCluster.start();
    other.pause(1);
    const last = other.put(3, 'a', '1');
    other.clock.advance(5);
    other.crash(3);
    assert.equal(codeOf(last), 'STRATA_SHUTTING_DOWN');
    other.resume(1);
    other.clock.advance(50);
  });

  it('A2.41 carry their session: what comes twice is done once, and a session that is not known is an error', async () => {
    const cluster = await TestCluster.start();
    const opened = cluster.write(2, { kind: 'open-session' });
    cluster.clock.advance(10);
    const { session } = opened.result!;
    const command: Command = { kind: 'batch', ops: [increment('a')], session: { session, sequence: 1 } };
    const [first, again] = [cluster.write(2, command), cluster.write(3, command)];
    cluster.clock.advance(10);
    assert.deepEqual(again.result, first.result);
    assert.equal(cluster.stored(1, 'a'), '1');
    for (const id of [1, 2]) {
      const unknown = cluster.write(id, { ...command, session: { session: 9_999, sequence: 1 } });
      cluster.clock.advance(10);
      assert.equal(codeOf(unknown), 'STRATA_SESSION_EXPIRED');
      assert.equal((unknown.error as StrataError).details.session, 9_999);
    }
  });
});

describe('requests of peers', () => {
  it('A2.37 that no node would have sent are answered with an invalid frame and not proposed', async () => {
    const cluster = await TestCluster.start();
    const { raw } = cluster.node(1);
    const { lastIndex } = raw;
    const malformed: readonly [string, Uint8Array][] = [
      [FORWARD_COMMAND, new Uint8Array(0)],
      [FORWARD_COMMAND, new Uint8Array([99, 0, 1, 65])],
      [FORWARD_COMMAND, new Uint8Array([1, 0, 9, 65])],
      [FORWARD_COMMAND, new Uint8Array([1, 0, 0])],
      // Without a head it could not be sent again.
      [FORWARD_COMMAND, encodePut(bytes('a'), bytes('1'))],
      [FORWARD_COMMAND, encodeOnce({ session: 1, sequence: 1, settledTo: 0 }, new Uint8Array([1, 0, 9, 65]))],
      [
        FORWARD_COMMAND,
        encodeOnce(
          { session: 1, sequence: 1, settledTo: 0 },
          encodeCommand({ kind: 'expire-due' }, 1e12, LIMITS),
        ),
      ],
      [FORWARD_COMMAND, encodeCommand({ kind: 'expire-due' }, 1e12, LIMITS)],
      [FORWARD_COMMAND, encodeCommand({ kind: 'register-storage', node: 2, storageId: 'x' }, 0, LIMITS)],
      [FORWARD_READ, new Uint8Array([7, 65])],
      [FORWARD_QUERY, new Uint8Array([0, 250])],
      ['kv.rename', encodePut(bytes('a'), bytes('1'))],
    ];
    for (const [method, payload] of malformed) {
      const response = ask(cluster, 1, method, payload);
      assert.throws(
        () => decodeCommandAnswer(response),
        hasCode('STRATA_FRAME_INVALID'),
        `${method} ${payload}`,
      );
    }
    assert.equal(raw.lastIndex, lastIndex);
    const open = encodeCommand({ kind: 'open-session' }, 0, LIMITS);
    assert.notEqual(ask(cluster, 1, FORWARD_COMMAND, open)[0], 0);
    assert.equal(raw.lastIndex, lastIndex + 1);
  });

  it('A2.37 of random bytes are answered, each once, and the node goes on', async () => {
    const cluster = await TestCluster.start();
    let asked = 0;
    let answered = 0;
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), fc.uint8Array({ maxLength: 24 }), (method, payload) => {
        asked += 1;
        cluster.network.request(2, 1, method, payload, () => {
          answered += 1;
        });
      }),
      { numRuns: 2_000 },
    );
    cluster.clock.advance(50);
    assert.equal(answered, asked);
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    assert.notEqual(put.result, null);
    const get = cluster.get(1, 'a');
    cluster.clock.advance(10);
    assert.equal(readValue(get), '1');
  });

  it('are stamped by the leader when it proposes them, whatever time they carry', async () => {
    const cluster = await TestCluster.start();
    const op: Op = {
      kind: 'put',
      key: bytes('a'),
      value: bytes('1'),
      ttl: 60_000,
      condition: null,
      returnPrevious: false,
    };
    ask(cluster, 1, FORWARD_COMMAND, encodeCommand(batch(op), 2 ** 40, LIMITS));
    const { machine } = cluster.node(1);
    assert.ok(machine.clockMs < 10_000, `the clock of the cluster is at ${machine.clockMs}`);
    const get = cluster.get(1, 'a');
    cluster.clock.advance(5);
    const { ttlMs } = get.result!;
    assert.ok(ttlMs !== null && ttlMs > 59_000 && ttlMs <= 60_000, `${ttlMs} ms left`);
  });
});
