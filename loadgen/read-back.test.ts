import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { LedgerKey, WriteLedger } from './options.js';
import { judge, readBack } from './read-back.js';
import { TestServer } from './test-server.js';
import { fillerValue, writeLedgerHeader } from './values.js';

const server = await TestServer.start();
after(() => server.stop());
beforeEach(() => {
  server.store.clear();
  server.intercept = () => false;
});

const RUN = '0123456789abcdef';

function value(key: number, sequence: number, runId = RUN, bytes = 64): Buffer {
  const buffer = fillerValue(bytes, 1);
  writeLedgerHeader(buffer, runId, key, sequence);
  return buffer;
}

const keyOf = (index: number, acknowledged: number, sent: number, uncertain?: number[]): LedgerKey => ({
  key: `p/${String(index).padStart(8, '0')}`,
  index,
  acknowledged,
  sent,
  ...(uncertain === undefined ? {} : { uncertain }),
});

function ledgerOf(keys: LedgerKey[]): WriteLedger {
  return { keyPrefix: 'p/', valueBytes: 64, acknowledgedWrites: keys.length, keys, runId: RUN };
}

test('what may be found and what is a loss', () => {
  const key = keyOf(3, 5, 7, [4]);
  const found = (buffer: Buffer | null) => judge(ledgerOf([key]), key, { value: buffer });
  assert.equal(found(value(3, 5)), 'kept', 'the newest acknowledged');
  assert.equal(found(value(3, 6)), 'kept', 'a later one without an answer');
  assert.equal(found(value(3, 7)), 'kept');
  assert.equal(found(value(3, 4)), 'kept', 'an older one without an answer, which took effect late');
  assert.equal(found(value(3, 3)), 'older');
  assert.equal(found(value(3, 8)), 'older', 'never sent');
  assert.equal(found(value(2, 5)), 'older', 'the value of another key');
  assert.equal(found(value(3, 5, 'ffffffffffffffff')), 'older', 'left behind by another run');
  assert.equal(found(value(3, 5, RUN, 63)), 'older', 'cut short');
  assert.equal(found(Buffer.from('something else')), 'older');
  assert.equal(found(Buffer.alloc(0)), 'older');
  assert.equal(found(null), 'gone');
});

test('planted losses are found, one by one, and nothing else', async () => {
  const keys = Array.from({ length: 300 }, (_, index) => keyOf(index, 2, 3));
  for (const { key, index } of keys) server.store.set(key, value(index!, 2));
  const neverAcknowledged = keyOf(300, 0, 1);
  assert.deepEqual(await readBack(ledgerOf([...keys, neverAcknowledged]), [server.url]), {
    keysChecked: 300,
    lost: 0,
    stale: 0,
    unreadable: 0,
  });
  for (const index of [5, 77, 299]) server.store.delete(keys[index]!.key);
  for (const index of [6, 100]) server.store.set(keys[index]!.key, value(index, 1));
  server.store.set(keys[50]!.key, value(50, 3));
  assert.deepEqual(await readBack(ledgerOf(keys), [server.url]), {
    keysChecked: 300,
    lost: 5,
    stale: 2,
    unreadable: 0,
  });
});

test('reads are linearizable, try again, and look at the other targets', async () => {
  const gone = await TestServer.start();
  const { url } = gone;
  await gone.stop();
  const keys = Array.from({ length: 20 }, (_, index) => keyOf(index, 1, 1));
  for (const { key, index } of keys) server.store.set(key, value(index!, 1));
  let refused = 0;
  server.intercept = (request, response) => {
    assert.equal(new URL(request.url!, 'http://store').searchParams.get('consistency'), 'linearizable');
    if (refused >= 10) return false;
    refused++;
    response.statusCode = 503;
    response.end();
    return true;
  };
  const result = await readBack(ledgerOf(keys), [url, server.url], { concurrency: 4 });
  assert.deepEqual(result, { keysChecked: 20, lost: 0, stale: 0, unreadable: 0 });
  assert.equal(refused, 10);
});

test('a key without an answer is unreadable, which is not the same as lost', async () => {
  const keys = [keyOf(0, 1, 1), keyOf(1, 1, 1)];
  server.store.set(keys[1]!.key, value(1, 1));
  server.intercept = (request, response) => {
    if (!request.url!.includes('00000000')) return false;
    response.statusCode = 500;
    response.end();
    return true;
  };
  const result = await readBack(ledgerOf(keys), [server.url], { keyTimeoutMs: 100 });
  assert.deepEqual(result, { keysChecked: 2, lost: 0, stale: 0, unreadable: 1 });
});
