import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { ScanCursors } from './scan-cursors.js';
import { type Argument, plain, type RespClient } from './testing/resp-client.js';
import { RespFixture } from './testing/resp-fixture.js';

describe('RESP scans', () => {
  let fixture: RespFixture;
  let client: RespClient;

  before(async () => {
    fixture = await new RespFixture().start();
    client = await fixture.client();
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    const keys = plain(await client.call('KEYS', '*')) as string[];
    await client.pipeline(keys.map((key) => ['DEL', key]));
  });

  const page = async (cursor: string, ...options: Argument[]): Promise<[string, string[]]> =>
    plain(await client.call('SCAN', cursor, ...options)) as [string, string[]];

  /** All keys of a scan; `between` runs after each page. */
  const scan = async (
    options: Argument[],
    between: () => Promise<unknown> = async () => {},
  ): Promise<string[]> => {
    const found: string[] = [];
    let cursor = '0';
    for (let pages = 0; pages < 1_000; pages++) {
      const [next, keys] = await page(cursor, ...options);
      found.push(...keys);
      if (next === '0') return found;
      assert.match(next, /^[1-9][0-9]{0,14}$/, 'a number that every client keeps whole');
      cursor = next;
      await between();
    }
    throw new Error('a scan without end');
  };

  it('give every key once when nothing changes, by pages of COUNT', async () => {
    const keys = Array.from({ length: 57 }, (_, i) => `key:${i}`);
    await client.pipeline(keys.map((key) => ['SET', key, '1']));
    for (const count of ['1', '10', '57', '1000', '1000000']) {
      assert.deepEqual((await scan(['COUNT', count])).sort(), [...keys].sort());
    }
    const [, first] = await page('0');
    assert.equal(first.length, 10);
  });

  it('filter by MATCH and TYPE', async () => {
    await client.call('MSET', 'user:1', '', 'user:2', '', 'users', '', 'x', '', 'usex:', '');
    assert.deepEqual(await scan(['MATCH', 'user:*', 'COUNT', '1']), ['user:1', 'user:2']);
    assert.deepEqual(await scan(['MATCH', '*2', 'COUNT', '1']), ['user:2']);
    assert.deepEqual(await scan(['TYPE', 'string', 'MATCH', 'x']), ['x']);
    assert.deepEqual(await scan(['TYPE', 'hash']), []);
    assert.deepEqual(plain(await client.call('KEYS', 'us?[rx]:*')), ['user:1', 'user:2', 'usex:']);
    assert.deepEqual(plain(await client.call('KEYS', 'nothing')), []);
  });

  it('refuse what is no cursor and no option', async () => {
    for (const [args, line] of [
      [['x'], '-ERR invalid cursor'],
      [['-1'], '-ERR invalid cursor'],
      [['0', 'COUNT', '0'], '-ERR syntax error'],
      [['0', 'COUNT', 'x'], '-ERR value is not an integer or out of range'],
      [['0', 'MATCH'], '-ERR syntax error'],
      [['0', 'NONSENSE', '1'], '-ERR syntax error'],
    ] as [string[], string][]) {
      assert.equal(plain(await client.call('SCAN', ...args)), line);
    }
    assert.match(
      String(plain(await client.call('SCAN', '12345'))),
      /^-STRATA_CURSOR_UNKNOWN .* cursor 12345 /,
    );
    const long = '?'.repeat(257);
    assert.match(String(plain(await client.call('KEYS', long))), /^-STRATA_COMMAND_TOO_LARGE /);
    assert.match(String(plain(await client.call('SCAN', '0', 'MATCH', long))), /^-STRATA_COMMAND_TOO_LARGE /);
  });

  it('can go on from one cursor twice: a client that lost the answer asks again', async () => {
    await client.call('MSET', 'a', '', 'b', '', 'c', '');
    const [cursor] = await page('0', 'COUNT', '1');
    assert.deepEqual((await page(cursor, 'COUNT', '5'))[1], ['b', 'c']);
    assert.deepEqual((await page(cursor, 'COUNT', '5'))[1], ['b', 'c']);
    const elsewhere = await fixture.client();
    assert.deepEqual(plain(await elsewhere.call('SCAN', cursor, 'COUNT', '5')), ['0', ['b', 'c']]);
  });

  it('tell every key that is there all the time at least once, whatever comes and goes', async () => {
    const key = fc.nat(99).map((n) => `k${n}`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 40 }),
        fc.array(fc.record({ key, isDelete: fc.boolean() }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        async (stable, changes, count) => {
          const existing = plain(await client.call('KEYS', '*')) as string[];
          await client.pipeline([...existing.map((k) => ['DEL', k]), ...stable.map((k) => ['SET', k, '1'])]);
          const todo = changes.filter((change) => !stable.includes(change.key));
          const found = await scan(['COUNT', String(count)], async () => {
            const change = todo.pop();
            if (change === undefined) return;
            await client.call(...(change.isDelete ? ['DEL', change.key] : ['SET', change.key, '1']));
          });
          assert.deepEqual(
            stable.filter((k) => !found.includes(k)),
            [],
          );
          assert.equal(new Set(found).size, found.length, 'nor twice');
        },
      ),
      { numRuns: 30 },
    );
  });

  it('hold KEYS to what one answer may have', async () => {
    const keys = Array.from({ length: 101 }, (_, i) => `key:${i}`);
    await client.pipeline(keys.map((k) => ['SET', k, '1']));
    assert.match(String(plain(await client.call('KEYS', '*'))), /^-STRATA_COMMAND_TOO_LARGE .*use SCAN/);
    assert.equal((plain(await client.call('KEYS', 'key:1*')) as string[]).length, 12);
    await client.pipeline(keys.map((k) => ['DEL', k]));
  });

  it('remember a bounded number of cursors, those that are used the longest', () => {
    const cursors = new ScanCursors(3);
    const [a, b, c] = ['a', 'b', 'c'].map((text) => cursors.remember(Buffer.from(text)));
    assert.equal(String(cursors.find(a!)), 'a');
    cursors.remember(Buffer.from('d'));
    assert.equal(cursors.size, 3);
    assert.equal(cursors.find(b!), null);
    assert.equal(String(cursors.find(a!)), 'a');
    assert.equal(String(cursors.find(c!)), 'c');
  });
});
