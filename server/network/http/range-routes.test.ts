import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';
import { afterPrefix } from './range-routes.js';

const http = new HttpFixture({ rangeItemsMax: 20 });
before(async () => {
  await http.start();
  for (const key of ['a', 'b%2F1', 'b%2F2', 'b%2F3', 'b%20c', 'c', '%ff%ff', '%ff%ffx']) {
    await http.send('PUT', `/kv/${key}`, `value of ${key}`);
  }
  await http.send('PUT', '/kv/brief?ttl=1m', Buffer.from([0xff]));
});
after(() => http.stop());

type Item = { key: string; value?: string; keyBase64?: string; revision: number; ttlMs: number | null };
interface Page {
  revision: number;
  appliedIndex: number;
  items: Item[];
  next: string | null;
}

async function page(query: string): Promise<Page> {
  const answer = await http.send('GET', `/kv?${query}`);
  assert.equal(answer.status, 200, answer.body.toString());
  return jsonOf(answer) as unknown as Page;
}

const keys = ({ items }: Page): string[] => items.map(({ key, keyBase64 }) => key ?? `base64:${keyBase64}`);

test('a prefix, two ends or nothing name a range; keys come in the order of their bytes', async () => {
  assert.deepEqual(keys(await page('prefix=b/&encoding=utf8')), ['b/1', 'b/2', 'b/3']);
  assert.deepEqual(keys(await page('start=b/2&end=brief&encoding=utf8')), ['b/2', 'b/3']);
  assert.deepEqual(keys(await page('start=c&encoding=utf8')), ['c', 'base64://8=', 'base64://94']);
  assert.deepEqual(keys(await page('end=b&encoding=utf8')), ['a']);
  assert.equal((await page('')).items.length, 9);
  assert.deepEqual(keys(await page('prefix=%ff%ff')), ['//8=', '//94'], 'no key is above the last prefix');
  assert.deepEqual(
    keys(await page('prefix=b+c&encoding=utf8')),
    ['b c'],
    'a plus is a space, as forms write it',
  );
  assert.deepEqual(keys(await page('prefix=nothing')), []);
});

test('an item has value, revisions and time to live; base64 unless asked for text', async () => {
  const { items, revision, appliedIndex } = await page('prefix=brief');
  assert.deepEqual(items, [
    {
      key: Buffer.from('brief').toString('base64'),
      value: '/w==',
      revision,
      createRevision: revision,
      ttlMs: 60_000,
    },
  ]);
  assert.equal(appliedIndex, http.service.status().appliedIndex);
  const [text] = (await page('prefix=brief&encoding=utf8')).items;
  assert.deepEqual(text, {
    key: 'brief',
    valueBase64: '/w==',
    revision,
    createRevision: revision,
    ttlMs: 60_000,
  });
  const [bare] = (await page('prefix=a&keys_only=true&encoding=utf8')).items;
  assert.deepEqual(Object.keys(bare!), ['key', 'revision', 'createRevision', 'ttlMs']);
});

test('pages follow each other by the cursor, each key once', async () => {
  const found: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 10; pages++) {
    const { items, next } = await page(`prefix=b&limit=2&encoding=utf8${cursor}`);
    found.push(...items.map(({ key }) => key));
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  assert.deepEqual(found, ['b c', 'b/1', 'b/2', 'b/3', 'brief']);
});

test('a cursor of another range, or none at all, is refused', async () => {
  const { next } = await page('prefix=b&limit=2');
  for (const query of [
    `prefix=a&cursor=${next}`,
    `start=c&cursor=${next}`,
    'cursor=',
    'cursor=x',
    'cursor=AmI',
    `cursor=${next}=`,
    `cursor=${Buffer.alloc(80, 1).toString('base64url')}`,
  ]) {
    const answer = await http.send('GET', `/kv?${query}`);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_QUERY_INVALID'], query);
  }
});

test('wrong ranges are refused', async () => {
  for (const query of [
    'prefix=a&start=b',
    'start=b&end=a',
    'limit=0',
    'limit=21',
    'keys_only=yes',
    'encoding=hex',
    'key=a',
    `prefix=${'p'.repeat(65)}`,
    'consistency=none',
    'prefix=%f',
  ]) {
    const answer = await http.send('GET', `/kv?${query}`);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_QUERY_INVALID'], query);
  }
});

test('A2.43 a stale range says at which log index it was read', async () => {
  const answer = await http.send('GET', '/kv?prefix=a&consistency=stale');
  assert.equal(answer.headers.get('x-strata-applied-index'), String(http.service.status().appliedIndex));
  assert.equal(http.service.calls.at(-1)!.consistency, 'stale');
  assert.equal((await http.send('GET', '/kv?prefix=a')).headers.has('x-strata-applied-index'), false);
});

test('the end of a prefix is the next one of its length', () => {
  assert.deepEqual(afterPrefix(Buffer.from('ab')), Buffer.from('ac'));
  assert.deepEqual(afterPrefix(Buffer.from([0x61, 0xff, 0xff])), Buffer.from('b'));
  assert.equal(afterPrefix(Buffer.from([0xff, 0xff])), null);
  assert.equal(afterPrefix(Buffer.alloc(0)), null);
});
