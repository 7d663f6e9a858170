import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from 'undici';
import {
  answerErrorKind,
  connectionErrorKind,
  isWorthAnotherTarget,
  RequestTimeoutError,
  RunEndedError,
} from './error-kind.js';

test('200 and 201 answer a write, 200 and 404 a read, everything else is an error by its status', () => {
  assert.equal(answerErrorKind(false, 200), null);
  assert.equal(answerErrorKind(false, 201), null);
  assert.equal(answerErrorKind(false, 404), 'http_404');
  assert.equal(answerErrorKind(true, 200), null);
  assert.equal(answerErrorKind(true, 404), null);
  assert.equal(answerErrorKind(true, 201), 'http_201');
  for (const status of [204, 307, 400, 421, 429, 500, 503, 504]) {
    assert.equal(answerErrorKind(false, status), `http_${status}`);
    assert.equal(answerErrorKind(true, status), `http_${status}`);
  }
});

test('errors of the connection have a kind each', () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });
  assert.equal(connectionErrorKind(coded('ECONNREFUSED')), 'connect_refused');
  assert.equal(connectionErrorKind(coded('ECONNRESET')), 'reset');
  assert.equal(connectionErrorKind(coded('EPIPE')), 'reset');
  assert.equal(connectionErrorKind(new errors.SocketError('other side closed')), 'closed');
  assert.equal(connectionErrorKind(new errors.ResponseContentLengthMismatchError()), 'malformed');
  assert.equal(connectionErrorKind(coded('HPE_INVALID_CONSTANT')), 'malformed');
  assert.equal(connectionErrorKind(new RequestTimeoutError()), 'timeout');
  assert.equal(connectionErrorKind(new RunEndedError()), 'run_ended');
  assert.equal(connectionErrorKind(coded('ESOMETHING')), 'esomething');
  assert.equal(connectionErrorKind(new Error('?')), 'other');
  // localhost with two addresses: both refused.
  assert.equal(connectionErrorKind(new AggregateError([coded('ECONNREFUSED')])), 'connect_refused');
});

test('a client looks elsewhere when a target is down or cannot serve, not when it is refused for its own request', () => {
  for (const kind of ['connect_refused', 'reset', 'closed', 'timeout', 'http_421', 'http_503', 'http_504']) {
    assert.ok(isWorthAnotherTarget(kind), kind);
  }
  for (const kind of ['http_400', 'http_404', 'http_413', 'http_429', 'http_500']) {
    assert.ok(!isWorthAnotherTarget(kind), kind);
  }
});
