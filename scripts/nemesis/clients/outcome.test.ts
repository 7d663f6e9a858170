import assert from 'node:assert/strict';
import test from 'node:test';
import { ERRORS, type ErrorCode } from '../../../server/errors.js';
import { isAbsent, type Outcome, type Reply, readOutcome, writeOutcome } from './outcome.js';

function refusal(code: string, status: number): Reply {
  return { kind: 'answer', status, body: JSON.stringify({ error: { code } }), etag: null };
}

/** What `server/ERRORS.md` says of a write; a code that is new has to be looked at and named here or there. */
const UNKNOWN: readonly ErrorCode[] = [
  'STRATA_LEADERSHIP_LOST',
  'STRATA_TIMEOUT',
  'STRATA_PEER_LOST',
  'STRATA_SHUTTING_DOWN',
  'STRATA_INTERNAL',
];

test('a write is unknown after exactly the errors that say so, and certain after all others', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const expected: Outcome = UNKNOWN.includes(code) ? 'info' : 'fail';
    assert.equal(writeOutcome(refusal(code, ERRORS[code].status)), expected, code);
  }
});

test('an answer without a known code, and no answer, leave a write open; one that was never sent does not', () => {
  assert.equal(writeOutcome(refusal('STRATA_FROM_THE_FUTURE', 500)), 'info');
  assert.equal(writeOutcome({ kind: 'answer', status: 502, body: '<html>', etag: null }), 'info');
  assert.equal(writeOutcome({ kind: 'lost' }), 'info');
  assert.equal(writeOutcome({ kind: 'unsent' }), 'fail');
  assert.equal(writeOutcome({ kind: 'answer', status: 201, body: '{}', etag: '"1"' }), 'ok');
});

test('a read that found nothing is an answer; one without an answer did not happen', () => {
  const absent = refusal('STRATA_KEY_NOT_FOUND', 404);
  assert.equal(readOutcome(absent), 'ok');
  assert.equal(isAbsent(absent), true);
  // Some other 404 says nothing about the key.
  assert.equal(readOutcome(refusal('STRATA_PATH_UNKNOWN', 404)), 'fail');
  assert.equal(readOutcome({ kind: 'answer', status: 200, body: 'v1', etag: '"1"' }), 'ok');
  assert.equal(readOutcome(refusal('STRATA_TIMEOUT', 504)), 'fail');
  assert.equal(readOutcome({ kind: 'lost' }), 'fail');
});
