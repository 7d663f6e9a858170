import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { plain, type RespClient } from './testing/resp-client.js';
import { RespFixture, transcript } from './testing/resp-fixture.js';

const notInteger = '-ERR value is not an integer or out of range';
const syntax = '-ERR syntax error';

describe('RESP commands, as transcripts against what Redis 7 answers', () => {
  let fixture: RespFixture;
  let client: RespClient;

  const check = async (lines: readonly (readonly [string, unknown])[]): Promise<void> => {
    const answers = await transcript(client, lines);
    assert.deepEqual(
      lines.map(([line], i) => [line, answers[i]]),
      lines,
    );
  };

  before(async () => {
    fixture = await new RespFixture().start();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    client = await fixture.client();
    const keys = plain(await client.call('KEYS', '*')) as string[];
    for (const key of keys) await client.call('DEL', key);
  });

  it('gets, sets and deletes', () =>
    check([
      ['GET a', null],
      ['SET a 1', 'OK'],
      ['get a', '1'],
      ['SET a 2 GET', '1'],
      ['GETSET a 3', '2'],
      ['GETDEL a', '3'],
      ['GETDEL a', null],
      ['GETSET b 1', null],
      ['DEL a b c', 1],
      ['SET a 1', 'OK'],
      ['DEL a', 1],
      ['UNLINK a', 0],
      ['SETNX a 1', 1],
      ['SETNX a 2', 0],
      ['GET a', '1'],
      ["SET a ''", 'OK'],
      ['GET a', ''],
      ['STRLEN a', 0],
    ]));

  it('sets under conditions and with times to live', () =>
    check([
      ['SET a 1 XX', null],
      ['SET a 1 NX', 'OK'],
      ['SET a 2 NX', null],
      ['SET a 2 NX GET', '1'],
      ['SET b 2 NX GET', null],
      ['GET b', '2'],
      ['SET a 3 XX GET EX 100', '1'],
      ['TTL a', 100],
      ['SET a 4 KEEPTTL', 'OK'],
      ['TTL a', 100],
      ['SET a 5', 'OK'],
      ['TTL a', -1],
      ['SET a 5 px 1500', 'OK'],
      ['TTL a', 2],
      ['SET a 1 NX XX', syntax],
      ['SET a 1 EX 10 PX 10', syntax],
      ['SET a 1 EX 10 KEEPTTL', syntax],
      ['SET a 1 EX', syntax],
      ['SET a 1 NONSENSE', syntax],
      ['SET a 1 EX x', notInteger],
      ['SET a 1 EX 0', "-ERR invalid expire time in 'set' command"],
      ['SET a 1 EX -1', "-ERR invalid expire time in 'set' command"],
      ['SET a 1 PX 9223372036854775807', "-ERR invalid expire time in 'set' command"],
      ['SET a 1 EX 9223372036854775808', notInteger],
      [
        'SET a 1 EXAT 1700000000',
        '-ERR SET with EXAT is not supported: nodes and clients share no wall clock; give a time to live instead (EX, PX).',
      ],
      ['SETEX a 10 v', 'OK'],
      ['TTL a', 10],
      ['PSETEX a 10000 v', 'OK'],
      ['PTTL a', 10_000],
      ['SETEX a 0 v', "-ERR invalid expire time in 'setex' command"],
      ['PSETEX a x v', notInteger],
    ]));

  it('reads and writes several keys at one moment', () =>
    check([
      ['MSET a 1 b 2', 'OK'],
      ['MGET a x b a', ['1', null, '2', '1']],
      ['MSET a 1 b', "-ERR wrong number of arguments for 'mset' command"],
      ['MSETNX c 3 a 9', 0],
      ['MGET a c', ['1', null]],
      ['MSETNX c 3 d 4', 1],
      ['MGET c d', ['3', '4']],
      ['EXISTS a b x a', 3],
      ['TOUCH a x', 1],
      ['DBSIZE', 4],
      ['TYPE a', 'string'],
      ['TYPE x', 'none'],
    ]));

  it('counts in 64 bits', () =>
    check([
      ['INCR n', 1],
      ['INCRBY n 10', 11],
      ['DECR n', 10],
      ['DECRBY n 3', 7],
      ['INCRBY n -9', -2],
      ['GET n', '-2'],
      ['SET n 9223372036854775807', 'OK'],
      ['INCR n', '-ERR increment or decrement would overflow'],
      ['GET n', '9223372036854775807'],
      ['DECRBY n 9223372036854775807', 0],
      ['DECRBY n -9223372036854775808', '-ERR decrement would overflow'],
      ['INCRBY n 1.5', notInteger],
      ['INCRBY n +5', notInteger],
      ['INCRBY n 05', notInteger],
      ['INCRBY n 9223372036854775808', notInteger],
      ['SET s word', 'OK'],
      ['INCR s', notInteger],
      [
        'INCRBYFLOAT n 1.5',
        '-ERR INCRBYFLOAT is not supported: replicas would have to agree on rounding; use INCRBY on a smaller unit.',
      ],
    ]));

  it('appends and takes parts', () =>
    check([
      ['APPEND a Hello', 5],
      ['APPEND a World', 10],
      ['STRLEN a', 10],
      ['STRLEN x', 0],
      ['GETRANGE a 0 4', 'Hello'],
      ['GETRANGE a -5 -1', 'World'],
      ['GETRANGE a 0 -1', 'HelloWorld'],
      ['GETRANGE a 5 100', 'World'],
      ['GETRANGE a -100 1', 'He'],
      ['GETRANGE a 4 2', ''],
      ['GETRANGE a -1 -5', ''],
      ['GETRANGE a 20 30', ''],
      ['GETRANGE x 0 -1', ''],
      ['SUBSTR a 1 2', 'el'],
      ['GETRANGE a 0 x', notInteger],
    ]));

  it('lets keys expire by the time of the cluster', async () => {
    await check([
      ['TTL a', -2],
      ['PTTL a', -2],
      ['SET a 1', 'OK'],
      ['TTL a', -1],
      ['PERSIST a', 0],
      ['EXPIRE a 10', 1],
      ['TTL a', 10],
      ['PERSIST a', 1],
      ['TTL a', -1],
      ['PERSIST x', 0],
      ['EXPIRE x 10', 0],
      ['PEXPIRE a 5000', 1],
      ['PTTL a', 5_000],
      ['GETEX a', '1'],
      ['PTTL a', 5_000],
      ['GETEX a PERSIST', '1'],
      ['TTL a', -1],
      ['GETEX a EX 20', '1'],
      ['TTL a', 20],
      ['GETEX x EX 20', null],
      ['GETEX a EX 0', "-ERR invalid expire time in 'getex' command"],
      ['GETEX a KEEPTTL', syntax],
      ['GETEX a EX 10 PERSIST', syntax],
      ['EXPIRE a x', notInteger],
      ['EXPIRE a 9223372036854775807', "-ERR invalid expire time in 'expire' command"],
      ['EXPIRE a 10 NX', '-ERR EXPIRE with NX, XX, GT or LT is not supported: give the time only.'],
      ['EXPIREAT a 1', '-ERR EXPIREAT is not supported: nodes and clients share no wall clock.'],
      ['PEXPIRE a 1000', 1],
    ]);
    fixture.service.pass(1_000);
    await check([
      ['GET a', null],
      ['SET b 1', 'OK'],
      ['EXPIRE b -1', 1],
      ['GET b', null],
      ['SET b 1', 'OK'],
      ['EXPIRE b 0', 1],
      ['EXISTS b', 0],
    ]);
  });

  it('says how Redis would keep a value', () =>
    check([
      ['SET a 12', 'OK'],
      ['OBJECT ENCODING a', 'int'],
      ['SET a 9223372036854775808', 'OK'],
      ['OBJECT ENCODING a', 'embstr'],
      [`SET a ${'x'.repeat(45)}`, 'OK'],
      ['OBJECT ENCODING a', 'raw'],
      ['OBJECT REFCOUNT a', 1],
      ['OBJECT ENCODING x', null],
      ['OBJECT ENCODING', "-ERR wrong number of arguments for 'object|encoding' command"],
      ['OBJECT FREQ a', '-ERR OBJECT FREQ is not supported: reads leave no trace.'],
      ['OBJECT NONSENSE a', "-ERR unknown subcommand 'NONSENSE'. Try OBJECT HELP."],
    ]));

  it("refuses in Redis' own words", () =>
    check([
      ['NONSENSE', "-ERR unknown command 'NONSENSE', with args beginning with: "],
      ['NONSENSE a b', "-ERR unknown command 'NONSENSE', with args beginning with: 'a' 'b' "],
      ['GET', "-ERR wrong number of arguments for 'get' command"],
      ['GET a b', "-ERR wrong number of arguments for 'get' command"],
      [
        'FLUSHALL',
        '-ERR FLUSHALL is not supported: it would empty the cluster at once; delete keys, or restore a backup.',
      ],
      ['SELECT 0', 'OK'],
      ['SELECT 1', '-ERR DB index is out of range'],
    ]));

  it('A2.38 huge and empty keys and values, and keys such as __proto__, constructor and ..', async () => {
    await check([
      ["SET '' 1", '-STRATA_KEY_EMPTY The key is empty. Name one: /kv/{key}.'],
      [`GET ${'k'.repeat(65)}`, '-STRATA_KEY_TOO_LONG The key has 65 bytes; the limit is 64.'],
      [`MSET a 1 ${'k'.repeat(65)} 1`, '-STRATA_KEY_TOO_LONG The key has 65 bytes; the limit is 64.'],
      ['GET a', null],
      [
        `SET a ${'v'.repeat(65_537)}`,
        '-STRATA_COMMAND_TOO_LARGE The command has 65537 bytes in one argument; the limit is 65536.',
      ],
      [`SET a ${'v'.repeat(65_536)}`, 'OK'],
      ['STRLEN a', 65_536],
    ]);
    for (const key of ['__proto__', 'constructor', '..', '%2F', '\0', '\r\n', '\xff\xfe']) {
      assert.equal(plain(await client.call('GET', key)), null);
      assert.equal(plain(await client.call('SET', key, `of ${key}`)), 'OK');
      assert.equal(plain(await client.call('GET', key)), `of ${key}`);
    }
  });

  it('A2.39 keys and values are bytes: those that are no UTF-8 stay different', async () => {
    const pairs = [
      Buffer.from([0xff]),
      Buffer.from([0xfe]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('�'),
    ];
    for (const bytes of pairs) await client.call('SET', bytes, bytes);
    for (const bytes of pairs) assert.equal(await client.call('GET', bytes), bytes.toString('latin1'));
    assert.equal(await client.call('DBSIZE'), 4);
  });

  it('gives back values of every size whole, alone and among others', async () => {
    const sizes = [0, 1, 1_023, 1_024, 1_025, 4_096, 4_097, 65_536];
    const values = sizes.map((size) =>
      String.fromCharCode(...Array.from({ length: size % 7 }, (_, i) => i)).padEnd(size, 'é'),
    );
    for (const [i, value] of values.entries()) assert.equal(await client.call('SET', `v${i}`, value), 'OK');
    const keys = values.map((_, i) => `v${i}`);
    assert.deepEqual(plain(await client.call('MGET', ...keys)), values);
    assert.deepEqual(await client.pipeline(keys.map((key) => ['GET', key])), values);
  });

  it('answers nulls and maps as RESP3 after HELLO 3, and as RESP2 again after HELLO 2', async () => {
    const hello = plain(await client.call('HELLO', '3', 'SETNAME', 'me')) as Record<string, unknown>;
    assert.equal(hello.proto, 3);
    assert.equal(hello.server, 'redis');
    assert.equal(await client.call('CLIENT', 'GETNAME'), 'me');
    client.send('GET nothing\r\n');
    assert.equal(await client.answer(), null);
    assert.deepEqual(plain(await client.call('CONFIG', 'GET', 'save')), { save: '' });
    assert.deepEqual(plain(await client.call('MGET', 'x')), [null]);
    const again = plain(await client.call('HELLO', '2')) as unknown[];
    assert.ok(Array.isArray(again));
    assert.deepEqual(plain(await client.call('CONFIG', 'GET', 'save')), ['save', '']);
    assert.equal(plain(await client.call('HELLO', '4')), '-NOPROTO unsupported protocol version');
    assert.match(String(plain(await client.call('HELLO', 'x'))), /^-ERR Protocol version/);
    assert.match(String(plain(await client.call('HELLO', '3', 'NONSENSE'))), /^-ERR Syntax error in HELLO/);
  });
});
