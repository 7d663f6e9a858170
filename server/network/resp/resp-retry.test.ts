import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ErrorCode, StrataError } from '../../errors.js';
import { until } from '../testing/real-clock.js';
import { encode, plain, type RespClient } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

describe('RESP while there is no leader', () => {
  let fixture: RespFixture;
  let client: RespClient;

  beforeEach(async () => {
    fixture = await new RespFixture({ operationTimeoutMs: 5_000 }).start();
    client = await fixture.client();
  });
  afterEach(() => fixture.stop());

  /** The next `count` requests end with this. */
  const fail = (code: ErrorCode, count: number, applied = false): void => {
    let left = count;
    fixture.service.failing = () => (left-- > 0 ? { error: new StrataError(code), applied } : null);
  };

  for (const code of [
    'STRATA_NO_LEADER',
    'STRATA_NOT_LEADER',
    'STRATA_PROPOSAL_DROPPED',
    'STRATA_PEER_UNREACHABLE',
  ] as const) {
    it(`holds a write back that ended with ${code}, and tries it again`, async () => {
      fail(code, 4);
      assert.equal(await client.call('INCR', 'n'), 1);
      assert.equal(await client.call('GET', 'n'), '1');
      assert.equal(fixture.metrics.value('network_resp_retries_total'), 4);
    });
  }

  for (const code of ['STRATA_LEADERSHIP_LOST', 'STRATA_PEER_LOST', 'STRATA_TIMEOUT'] as const) {
    it(`never tries a write again whose outcome is open (${code}), and tells it with no word that clients try again on`, async () => {
      fail(code, 1, true);
      const answer = plain(await client.call('INCR', 'n'));
      assert.match(String(answer), new RegExp(`^-${code} `));
      assert.equal(await client.call('GET', 'n'), '1');
      fail(code, 1, true);
      assert.match(String(plain(await client.call('SET', 'a', '1'))), new RegExp(`^-${code} `));
      assert.equal(fixture.metrics.value('network_resp_retries_total'), 0);
    });

    it(`asks a read again after ${code}`, async () => {
      await client.call('SET', 'a', '1');
      fail(code, 2);
      assert.equal(await client.call('GET', 'a'), '1');
      fail(code, 2);
      assert.deepEqual(plain(await client.call('MGET', 'a', 'b')), ['1', null]);
      fail(code, 2);
      assert.deepEqual(plain(await client.call('KEYS', '*')), ['a']);
    });
  }

  it('says CLUSTERDOWN when the time is over, which clients may try again on', async () => {
    await fixture.stop();
    fixture = await new RespFixture({ operationTimeoutMs: 60 }).start();
    client = await fixture.client();
    fail('STRATA_NO_LEADER', Number.POSITIVE_INFINITY);
    assert.match(String(plain(await client.call('SET', 'a', '1'))), /^-CLUSTERDOWN STRATA_NO_LEADER /);
    assert.match(String(plain(await client.call('GET', 'a'))), /^-CLUSTERDOWN STRATA_NO_LEADER /);
    assert.equal(await client.call('PING'), 'PONG');
    fixture.service.failing = () => null;
    assert.equal(await client.call('GET', 'a'), null);
  });

  it('keeps the order of pipelined writes that are held back', async () => {
    fail('STRATA_NO_LEADER', 30);
    const answers = await client.pipeline([
      ...Array.from({ length: 10 }, (_, i) => ['APPEND', 'log', String(i)] as const),
      ['GET', 'log'],
    ]);
    assert.deepEqual(answers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, '0123456789']);
  });

  it('does not let a held write take effect behind a later one', async () => {
    // The first is dropped, the second gets through: the first can only be refused now.
    fail('STRATA_PROPOSAL_DROPPED', 1);
    const answers = (
      await client.pipeline([
        ['SET', 'a', '1'],
        ['SET', 'a', '2'],
        ['GET', 'a'],
      ])
    ).map(plain);
    assert.match(String(answers[0]), /^-CLUSTERDOWN STRATA_PROPOSAL_DROPPED /);
    assert.deepEqual(answers.slice(1), ['OK', '2']);
  });

  it('nor behind a later one whose outcome is open', async () => {
    const codes: ErrorCode[] = ['STRATA_NO_LEADER', 'STRATA_PEER_LOST'];
    fixture.service.failing = (_what, count) => {
      const code = codes[count - 1];
      return code === undefined
        ? null
        : { error: new StrataError(code), applied: code === 'STRATA_PEER_LOST' };
    };
    const answers = (
      await client.pipeline([
        ['SET', 'a', '1'],
        ['SET', 'a', '2'],
        ['GET', 'a'],
      ])
    ).map(plain);
    assert.match(String(answers[0]), /^-CLUSTERDOWN /);
    assert.match(String(answers[1]), /^-STRATA_PEER_LOST /);
    assert.equal(answers[2], '2');
  });

  it('A2.45 lets go of held commands whose client has gone, and of those under way when they end', async () => {
    fail('STRATA_NO_LEADER', Number.POSITIVE_INFINITY);
    client.send(encode('SET', 'a', '1'));
    await until(() => fixture.metrics.value('network_resp_retries_total') > 0, 'a retry');
    client.destroy();
    await until(() => fixture.metrics.reading('network_resp_in_flight') === 0, 'nothing in flight');
    fixture.service.failing = () => null;
    fixture.service.isHeld = true;
    const second = await fixture.client();
    second.send(Buffer.concat([encode('SET', 'b', '2'), encode('SET', 'c', '3')]));
    await until(() => fixture.service.waiting === 2, 'two writes under way');
    second.destroy();
    fixture.service.release();
    await until(() => fixture.metrics.reading('network_resp_connections') === 0, 'no connection');
    const third = await fixture.client();
    assert.deepEqual(
      plain(await third.call('MGET', 'a', 'b', 'c')),
      [null, '2', '3'],
      'the outcome is nobody’s, and real',
    );
    assert.equal(fixture.metrics.reading('network_resp_in_flight_bytes'), 0);
  });

  it('A2.45 keeps a call whose client was reset out of other hands until the cluster has answered it', async () => {
    const { service } = fixture;
    service.isHeld = true;
    client.send(Buffer.concat([encode('INCR', 'n'), encode('INCR', 'n'), encode('INCR', 'n')]));
    await until(() => service.waiting === 3, 'three writes under way');
    client.socket.resetAndDestroy();
    await until(() => fixture.metrics.reading('network_resp_connections') === 0, 'no connection');
    assert.equal(fixture.metrics.reading('network_resp_in_flight'), 0);
    const second = await fixture.client();
    second.send(
      Buffer.concat([encode('INCR', 'n'), encode('ECHO', 'a'), encode('INCR', 'n'), encode('ECHO', 'b')]),
    );
    await until(() => service.waiting === 5, 'two more');
    service.release();
    assert.deepEqual(
      [await second.answer(), await second.answer(), await second.answer(), await second.answer()],
      [4, 'a', 5, 'b'],
    );
    assert.equal(await second.call('PING'), 'PONG');
    assert.deepEqual(second.unread, []);
  });

  it('answers an unexpected error with a code and no stack', async () => {
    fixture.service.failing = () => ({ error: new TypeError('secret detail') });
    const answer = String(plain(await client.call('SET', 'a', '1')));
    assert.match(answer, /^-STRATA_INTERNAL /);
    assert.doesNotMatch(answer, /secret/);
    assert.ok(fixture.logged.some(({ fields }) => String(fields.error).includes('secret detail')));
  });
});
