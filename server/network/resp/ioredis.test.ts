import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Redis, type RedisOptions } from 'ioredis';
import { StrataError } from '../../errors.js';
import { TokenAuthenticator } from '../security/authenticator.js';
import { realClock, until } from '../testing/real-clock.js';
import { createRespServer } from './resp-server.js';
import { RespFixture } from './testing/resp-fixture.js';

/** The constructor narrows this one field. */
type Options = Omit<RedisOptions, 'replyMapping'>;

describe('ioredis with its defaults', () => {
  let fixture: RespFixture;
  const clients: Redis[] = [];

  const connect = (options: Options = {}, port = fixture.port): Redis => {
    const redis = new Redis({ host: '127.0.0.1', port, ...options });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };

  before(async () => {
    fixture = await new RespFixture().start();
  });
  after(() => fixture.stop());
  afterEach(() => {
    for (const redis of clients.splice(0)) redis.disconnect();
  });

  for (const protocol of [2, 3] as const) {
    it(`runs its basic commands over RESP${protocol}`, async () => {
      const redis = connect({ protocol });
      assert.equal(await redis.set('a', '1'), 'OK');
      assert.equal(await redis.get('a'), '1');
      assert.equal(await redis.get('nothing'), null);
      assert.equal(await redis.set('a', '2', 'EX', 100, 'NX'), null);
      assert.equal(await redis.set('a', '2', 'EX', 100, 'XX', 'GET'), '1');
      assert.equal(await redis.ttl('a'), 100);
      assert.equal(await redis.incrby('n', 5), 5);
      assert.equal(await redis.mset({ b: '1', c: '2' }), 'OK');
      assert.deepEqual(await redis.mget('a', 'b', 'x'), ['2', '1', null]);
      assert.equal(await redis.exists('a', 'b', 'x'), 2);
      assert.equal(await redis.append('b', 'more'), 5);
      assert.equal(await redis.strlen('b'), 5);
      assert.equal(await redis.getdel('b'), '1more');
      assert.equal(await redis.persist('a'), 1);
      assert.equal(await redis.type('a'), 'string');
      assert.deepEqual(await redis.getBuffer('a'), Buffer.from('2'));
      const bytes = Buffer.from([0, 255, 13, 10]);
      await redis.set('bytes', bytes);
      assert.deepEqual(await redis.getBuffer('bytes'), bytes);
      assert.equal(await redis.del('a', 'bytes', 'c', 'n'), 4);
      assert.equal(await redis.dbsize(), 0);
      assert.match(await redis.info(), /raft_leader:1/);
      await assert.rejects(redis.lpush('l', '1'), /LPUSH is not supported/);
      await assert.rejects(redis.call('NONSENSE'), /ERR unknown command 'NONSENSE'/);
    });
  }

  it('pipelines, transactions and optimistic locks', async () => {
    const redis = connect();
    const results = await redis.pipeline().set('p', '1').incr('p').get('p').call('NONSENSE').exec();
    assert.deepEqual(
      results!.slice(0, 3).map(([, value]) => value),
      ['OK', 2, '2'],
    );
    assert.match(String(results![3]![0]), /unknown command/);
    assert.deepEqual(await redis.multi().incr('p').get('p').exec(), [
      [null, 3],
      [null, '3'],
    ]);
    await redis.watch('p');
    await connect().set('p', '10');
    assert.equal(await redis.multi().incr('p').exec(), null);
    assert.equal(await redis.get('p'), '10');
    await redis.del('p');
  });

  it('scans by its stream', async () => {
    const redis = connect();
    const keys = Array.from({ length: 35 }, (_, i) => `scan:${i}`);
    await redis.mset(Object.fromEntries(keys.slice(0, 16).map((key) => [key, '1'])));
    await redis.mset(Object.fromEntries(keys.slice(16, 32).map((key) => [key, '1'])));
    await redis.mset(Object.fromEntries(keys.slice(32).map((key) => [key, '1'])));
    const found: string[] = [];
    for await (const page of redis.scanStream({ match: 'scan:*', count: 4 }))
      found.push(...(page as string[]));
    assert.deepEqual(found.sort(), [...keys].sort());
  });

  it('many commands at once, automatically pipelined', async () => {
    const redis = connect({ enableAutoPipelining: true });
    const counts = await Promise.all(Array.from({ length: 500 }, () => redis.incr('auto')));
    assert.deepEqual(
      counts,
      Array.from({ length: 500 }, (_, i) => i + 1),
    );
  });

  it('authenticates, and selects the one database', async () => {
    const auth = new TokenAuthenticator([{ token: 'the-token', role: 'write' }], 'none');
    const guarded = await new RespFixture({}, { auth }).start();
    try {
      const redis = connect({ password: 'the-token', db: 0, connectionName: 'me' }, guarded.port);
      assert.equal(await redis.set('a', '1'), 'OK');
      assert.equal(await redis.client('GETNAME'), 'me');
      const named = connect({ username: 'anybody', password: 'the-token' }, guarded.port);
      assert.equal(await named.get('a'), '1');
      const stranger = connect({ maxRetriesPerRequest: 0, retryStrategy: () => null }, guarded.port);
      await assert.rejects(stranger.get('a'), /NOAUTH|Connection is closed/);
    } finally {
      await guarded.stop();
    }
  });

  it('waits for a node that knows no leader yet, by its ready check', async () => {
    fixture.service.state = { ready: false };
    const redis = connect({ maxLoadingRetryTime: 20 });
    const answer = redis.get('a');
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    await until(() => redis.status === 'connect', 'the connection');
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(answered, false);
    fixture.service.state = {};
    assert.equal(await answer, null);
  });

  it('passes through a change of leader without an error: commands without a leader are held back', async () => {
    const redis = connect();
    await redis.set('n', '0');
    let isGone = true;
    fixture.service.failing = () => (isGone ? { error: new StrataError('STRATA_NO_LEADER') } : null);
    const answers = Promise.all([
      redis.incr('n'),
      redis.incr('n'),
      redis.get('n'),
      redis.mget('n', 'x'),
      redis.multi().incr('n').exec(),
      redis.set('m', '1', 'EX', 10),
    ]);
    await until(() => fixture.metrics.value('network_resp_retries_total') > 4, 'some retries');
    isGone = false;
    assert.deepEqual(await answers, [1, 2, '2', ['2', null], [[null, 3]], 'OK']);
    fixture.service.failing = () => null;
    await redis.del('n', 'm');
  });

  it('passes through a restart of its node by its own retry: drained connections leave nothing half done', async () => {
    const port = fixture.port;
    const redis = connect();
    await redis.set('n', '0');
    const total = 300;
    const answers: Promise<number>[] = [];
    const restart = async (): Promise<void> => {
      await fixture.server.drain(1_000);
      await fixture.server.close();
    };
    let restarted: Promise<void> | null = null;
    for (let i = 0; i < total; i++) {
      answers.push(redis.incr('n'));
      if (i === 100) restarted = restart();
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await restarted;
    const successor = createRespServer({
      service: fixture.service,
      host: '127.0.0.1',
      port,
      limits: { ...fixture.limits },
      auth: { required: false, anonymousRole: 'admin', roleOfToken: () => null },
      tls: null,
      clock: realClock,
      metrics: fixture.metrics,
      info: { version: '0.1.0', fsync: 'group' },
    });
    await successor.listen();
    try {
      const counts = await Promise.all(answers);
      // Every command was done once: those without an answer at the drain were not begun.
      assert.deepEqual(
        counts,
        Array.from({ length: total }, (_, i) => i + 1),
      );
    } finally {
      await successor.close();
    }
  });
});
