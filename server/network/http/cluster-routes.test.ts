import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { StrataError } from '../../errors.js';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';

const http = new HttpFixture();
const { admin } = http;
before(() => http.start());
after(() => http.stop());
afterEach(() => {
  admin.failure = null;
  admin.calls.length = 0;
});

const member = { id: 4, host: 'node4', peerPort: 7204, httpPort: 7004, respPort: 7104 };

test('members are listed, and /cluster is the whole status', async () => {
  assert.deepEqual(jsonOf(await http.send('GET', '/cluster/members')), { members: admin.members() });
  assert.deepEqual(jsonOf(await http.send('GET', '/cluster')), http.service.status());
});

test('every change of membership reaches the administration and answers with the index and the members', async () => {
  const { respPort: _, ...withoutResp } = member;
  for (const [method, path, body, call] of [
    ['POST', '/cluster/members', member, ['add', member]],
    ['POST', '/cluster/members', withoutResp, ['add', { ...member, respPort: 0 }]],
    ['POST', '/cluster/members/4/promote', null, ['promote', 4]],
    ['POST', '/cluster/members/4/promote', {}, ['promote', 4]],
    ['POST', '/cluster/members/2/replace', { by: 4 }, ['replace', 2, 4]],
    ['DELETE', '/cluster/members/2', null, ['remove', 2]],
  ] as const) {
    const answer = await http.send(method, path, body === null ? null : JSON.stringify(body));
    assert.equal(answer.status, 200, path);
    assert.deepEqual(jsonOf(answer), { index: 9, members: admin.members() });
    assert.deepEqual(admin.calls.at(-1), call);
  }
});

test('leadership goes to the one that is named, or to whom the leader chooses', async () => {
  const named = await http.send('POST', '/cluster/transfer', '{"to":3}');
  assert.deepEqual(jsonOf(named), { leader: 3, term: 4 });
  for (const body of ['{}', '', '{"to":null}']) {
    await http.send('POST', '/cluster/transfer', body);
    assert.deepEqual(admin.calls.at(-1), ['transfer', null]);
  }
});

test('wrong members are refused before anybody is asked', async () => {
  for (const [path, body, message] of [
    ['/cluster/members', {}, /id/],
    ['/cluster/members', { ...member, id: 0 }, /id/],
    ['/cluster/members', { ...member, id: '4' }, /id/],
    ['/cluster/members', { ...member, peerPort: 65_536 }, /peerPort/],
    ['/cluster/members', { ...member, httpPort: 0 }, /httpPort/],
    ['/cluster/members', { ...member, host: '' }, /host/],
    ['/cluster/members', { ...member, colour: 'red' }, /colour/],
    ['/cluster/members/0/promote', null, /id in the path/],
    ['/cluster/members/x/promote', null, /id in the path/],
    ['/cluster/members/9007199254740993/promote', null, /id in the path/],
    ['/cluster/members/2/replace', {}, /by/],
    ['/cluster/transfer', { to: 0 }, /to/],
  ] as const) {
    const answer = await http.send('POST', path, body === null ? null : JSON.stringify(body));
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_MEMBER_INVALID'], path);
    assert.match(errorOf(answer).message, message);
  }
  for (const [path, body] of [
    ['/cluster/members', '{"id":4,"id":5}'],
    ['/cluster/members', 'id=4'],
    ['/cluster/members/4/promote', '{"now":true}'],
  ] as const) {
    const answer = await http.send('POST', path, body);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_COMMAND_INVALID'], path);
  }
  assert.equal(admin.calls.length, 0);
});

test('what the cluster refuses keeps its code, status and time to wait', async () => {
  for (const [error, status, retryAfter] of [
    [new StrataError('STRATA_CHANGE_PENDING'), 409, '1'],
    [new StrataError('STRATA_MEMBER_ID_USED', { node: 4 }), 409, undefined],
    [new StrataError('STRATA_TRANSFER_FAILED', { node: 3, reason: 'it is behind' }), 503, '1'],
    [new StrataError('STRATA_MEMBER_UNKNOWN', { node: 4 }), 404, undefined],
  ] as const) {
    admin.failure = error;
    const answer = await http.send('POST', '/cluster/members', JSON.stringify(member));
    assert.deepEqual([answer.status, errorOf(answer).code], [status, error.code]);
    assert.equal(answer.headers.get('retry-after'), retryAfter);
  }
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});

test('paths beside the table are 404, wrong methods 405 with what is allowed', async () => {
  for (const path of [
    '/cluster/',
    '/cluster/members/',
    '/cluster/members/4/demote',
    '/cluster/members/4/promote/x',
  ]) {
    const answer = await http.send('POST', path);
    const expected = path === '/cluster/members/' ? 405 : 404;
    assert.equal(answer.status, expected, path);
  }
  const answer = await http.send('GET', '/cluster/transfer');
  assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
  assert.equal((await http.send('PUT', '/cluster/members')).headers.get('allow'), 'GET, HEAD, POST');
});
