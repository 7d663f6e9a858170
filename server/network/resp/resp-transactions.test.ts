import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { StrataError } from '../../errors.js';
import { plain, type RespClient } from './testing/resp-client.js';
import { RespFixture, transcript } from './testing/resp-fixture.js';

const abort = '-EXECABORT Transaction discarded because of previous errors.';

describe('RESP transactions', () => {
  let fixture: RespFixture;
  let client: RespClient;
  let other: RespClient;

  const check = async (lines: readonly (readonly [string, unknown])[]): Promise<void> => {
    const answers = await transcript(client, lines);
    assert.deepEqual(
      lines.map(([line], i) => [line, answers[i]]),
      lines,
    );
  };

  before(async () => {
    fixture = await new RespFixture({ opsPerCommandMax: 8 }).start();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    client = await fixture.client();
    other = await fixture.client();
    for (const key of plain(await client.call('KEYS', '*')) as string[]) await client.call('DEL', key);
  });

  it('queue commands and answer them all at EXEC', () =>
    check([
      ['MULTI', 'OK'],
      ['SET a 1', 'QUEUED'],
      ['INCR a', 'QUEUED'],
      ['GET a', 'QUEUED'],
      ['MGET a x', 'QUEUED'],
      ['SET a 9 NX', 'QUEUED'],
      ['EXEC', ['OK', 2, '2', ['2', null], null]],
      ['MULTI', 'OK'],
      ['EXISTS a a x', 'QUEUED'],
      ['DEL a x', 'QUEUED'],
      ['TYPE a', 'QUEUED'],
      ['STRLEN a', 'QUEUED'],
      ['EXEC', [2, 1, 'none', 0]],
    ]));

  it('are one entry of the log', async () => {
    const { revision } = fixture.service.machine;
    await check([
      ['MULTI', 'OK'],
      ['MSET a 1 b 2', 'QUEUED'],
      ['INCR c', 'QUEUED'],
      ['EXEC', ['OK', 1]],
    ]);
    assert.equal(fixture.service.machine.revision, revision + 1);
  });

  it('answer what needs no store too, in its place', () =>
    check([
      ['MULTI', 'OK'],
      ['PING', 'QUEUED'],
      ['SET a 1', 'QUEUED'],
      ['ECHO hi', 'QUEUED'],
      ['SELECT 1', 'QUEUED'],
      ['EXEC', ['PONG', 'OK', 'hi', '-ERR DB index is out of range']],
      ['MULTI', 'OK'],
      ['PING', 'QUEUED'],
      ['EXEC', ['PONG']],
      ['MULTI', 'OK'],
      ['EXEC', []],
    ]));

  it('are refused whole when a command could not be queued', () =>
    check([
      ['MULTI', 'OK'],
      ['SET a 1', 'QUEUED'],
      ['NONSENSE', "-ERR unknown command 'NONSENSE', with args beginning with: "],
      ['EXEC', abort],
      ['GET a', null],
      ['MULTI', 'OK'],
      ['GET', "-ERR wrong number of arguments for 'get' command"],
      ['SET a 1', 'QUEUED'],
      ['EXEC', abort],
      ['MULTI', 'OK'],
      ['KEYS *', "-ERR Command 'keys' is not allowed inside a transaction"],
      ['EXEC', abort],
      ['MULTI', 'OK'],
      ["SET '' 1", '-STRATA_KEY_EMPTY The key is empty. Name one: /kv/{key}.'],
      ['EXEC', abort],
      ['GET a', null],
    ]));

  it('go on behind a command that fails when it runs, as in Redis', () =>
    check([
      ['SET s word', 'OK'],
      ['MULTI', 'OK'],
      ['SET a 1 NONSENSE', 'QUEUED'],
      ['INCR s', 'QUEUED'],
      ['SET b 2', 'QUEUED'],
      ['EXEC', ['-ERR syntax error', '-ERR value is not an integer or out of range', 'OK']],
      ['MGET a b', [null, '2']],
    ]));

  it('can be forgotten', () =>
    check([
      ['DISCARD', '-ERR DISCARD without MULTI'],
      ['EXEC', '-ERR EXEC without MULTI'],
      ['MULTI', 'OK'],
      ['MULTI', '-ERR MULTI calls can not be nested'],
      ['SET a 1', 'QUEUED'],
      ['DISCARD', 'OK'],
      ['EXEC', '-ERR EXEC without MULTI'],
      ['GET a', null],
    ]));

  it('hold steps and bytes to their limits', () =>
    check([
      ['MULTI', 'OK'],
      ['MSET a 1 b 2 c 3 d 4 e 5', 'QUEUED'],
      ['MSET a 1 b 2 c 3', 'QUEUED'],
      ['SET a 1', '-STRATA_COMMAND_TOO_LARGE The command has 9 steps; the limit is 8.'],
      ['EXEC', abort],
    ]));

  it('do nothing when a watched key was written meanwhile', async () => {
    await check([
      ['SET a 1', 'OK'],
      ['WATCH a absent', 'OK'],
      ['MULTI', 'OK'],
      ['WATCH a', '-ERR WATCH inside MULTI is not allowed'],
      ['SET a 2', 'QUEUED'],
    ]);
    await other.call('SET', 'a', 'theirs');
    await check([
      ['EXEC', null],
      ['GET a', 'theirs'],
      // EXEC forgets the keys, whatever it answers.
      ['MULTI', 'OK'],
      ['SET a 3', 'QUEUED'],
      ['EXEC', ['OK']],
      ['WATCH absent', 'OK'],
    ]);
    await other.call('SET', 'absent', '1');
    await check([
      ['MULTI', 'OK'],
      ['EXEC', null],
    ]);
  });

  it('take effect when the watched keys were left alone, or are not watched any more', async () => {
    await check([
      ['SET a 1', 'OK'],
      ['WATCH a', 'OK'],
      ['GET a', '1'],
      ['MULTI', 'OK'],
      ['INCR a', 'QUEUED'],
      ['EXEC', [2]],
      ['WATCH a', 'OK'],
      ['UNWATCH', 'OK'],
    ]);
    await other.call('SET', 'a', '7');
    await check([
      ['MULTI', 'OK'],
      ['INCR a', 'QUEUED'],
      ['EXEC', [8]],
    ]);
  });

  it('watch keys whose bytes are gone from the read buffer by the time of EXEC', async () => {
    await client.call('WATCH', 'key-one');
    await client.call('WATCH', 'key-two');
    for (let i = 0; i < 50; i++) await client.call('SET', `other${i}`, 'x'.repeat(1_000));
    await other.call('SET', 'key-one', '1');
    assert.deepEqual(plain(await client.call('MULTI')), 'OK');
    await client.call('SET', 'b', '1');
    assert.equal(await client.call('EXEC'), null);
  });

  it('pipelined in one write, among other commands, keep their order', async () => {
    const answers = await client.pipeline([
      ['SET', 'a', '1'],
      ['WATCH', 'a'],
      ['MULTI'],
      ['INCR', 'a'],
      ['EXEC'],
      ['GET', 'a'],
      ['WATCH', 'a'],
      ['SET', 'a', '10'],
      ['MULTI'],
      ['INCR', 'a'],
      ['EXEC'],
      ['GET', 'a'],
    ]);
    assert.deepEqual(answers.map(plain), [
      'OK',
      'OK',
      'OK',
      'QUEUED',
      [2],
      '2',
      'OK',
      'OK',
      'OK',
      'QUEUED',
      null,
      '10',
    ]);
  });

  it('are tried again whole while there is no leader', async () => {
    let failures = 3;
    fixture.service.failing = () => (failures-- > 0 ? { error: new StrataError('STRATA_NO_LEADER') } : null);
    const answers = await client.pipeline([['MULTI'], ['INCR', 'n'], ['INCR', 'n'], ['EXEC'], ['GET', 'n']]);
    fixture.service.failing = () => null;
    assert.deepEqual(answers.map(plain), ['OK', 'QUEUED', 'QUEUED', [1, 2], '2']);
  });

  it('answer null as RESP3 has it when a watched key was written', async () => {
    await client.call('HELLO', '3');
    await client.call('WATCH', 'w');
    await client.call('SET', 'w', '1');
    await client.call('MULTI');
    assert.equal(await client.call('EXEC'), null);
  });
});
