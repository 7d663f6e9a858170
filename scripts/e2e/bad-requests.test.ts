import assert from 'node:assert/strict';
import test from 'node:test';
import { type Answer, ask, STACK, startCluster } from './fixture.js';

const VALUE_BYTES_MAX = 1_048_576;
const KEY_BYTES_MAX = 1_024;
const TOO_LARGE = Buffer.alloc(VALUE_BYTES_MAX + 1, 'x');

/** `[what, request, status, code]`. */
const CASES: readonly (readonly [string, (url: string) => Promise<Answer>, number, string])[] = [
  [
    'a body above the limit',
    (url) => ask(url, 'PUT', '/kv/big', { body: TOO_LARGE }),
    413,
    'STRATA_BODY_TOO_LARGE',
  ],
  [
    'a body above the limit that did not say its size',
    (url) => ask(url, 'PUT', '/kv/big', { body: TOO_LARGE, chunked: true }),
    413,
    'STRATA_BODY_TOO_LARGE',
  ],
  [
    'a key with broken percent-encoding',
    (url) => ask(url, 'GET', '/kv/a%zz'),
    400,
    'STRATA_KEY_BAD_ENCODING',
  ],
  [
    'a key with cut percent-encoding',
    (url) => ask(url, 'PUT', '/kv/a%2', { body: 'v' }),
    400,
    'STRATA_KEY_BAD_ENCODING',
  ],
  ['an empty key', (url) => ask(url, 'PUT', '/kv/', { body: 'v' }), 400, 'STRATA_KEY_EMPTY'],
  [
    'a key above the limit',
    (url) => ask(url, 'GET', `/kv/${'k'.repeat(KEY_BYTES_MAX + 1)}`),
    400,
    'STRATA_KEY_TOO_LONG',
  ],
  ['an unknown path', (url) => ask(url, 'GET', '/nothing/here'), 404, 'STRATA_PATH_UNKNOWN'],
  [
    'an unknown consistency',
    (url) => ask(url, 'GET', '/kv/a?consistency=maybe'),
    400,
    'STRATA_QUERY_INVALID',
  ],
  [
    'a method that keys do not have',
    (url) => ask(url, 'POST', '/kv/a', { body: 'v' }),
    405,
    'STRATA_METHOD_NOT_ALLOWED',
  ],
  ['a key that does not exist', (url) => ask(url, 'GET', '/kv/never-written'), 404, 'STRATA_KEY_NOT_FOUND'],
];

test('bad requests get a code and a sentence, at the leader and at a follower, and the cluster lives on', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const follower = cluster.nodes.find((node) => node.id !== leader.id)!;
  for (const { url, id } of [leader, follower]) {
    for (const [what, send, status, code] of CASES) {
      await t.test(`${what}, sent to ${id === leader.id ? 'the leader' : 'a follower'}`, async () => {
        const answer = await send(url);
        assert.deepEqual([answer.status, answer.code], [status, code], answer.body);
        assert.doesNotMatch(answer.body, STACK);
      });
    }
  }
  for (const url of cluster.urls) {
    assert.equal((await ask(url, 'PUT', '/kv/after', { body: `written at ${url}` })).status < 300, true);
    assert.equal((await ask(leader.url, 'GET', '/kv/after')).body, `written at ${url}`);
  }
  assert.deepEqual(
    cluster.nodes.map((node) => node.running),
    [true, true, true],
  );
});

test('odd keys are keys like any other', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  const [url] = cluster.urls as [string];
  const keys = ['__proto__', 'constructor', '%00', '%2F', '..%2f..', '%C3%A9', '%FF%FE', 'a%20b', '%25'];
  for (const key of keys)
    assert.equal((await ask(url, 'PUT', `/kv/${key}`, { body: `of ${key}` })).status < 300, true);
  for (const key of keys) assert.equal((await ask(url, 'GET', `/kv/${key}`)).body, `of ${key}`);
});
