import assert from 'node:assert/strict';
import test from 'node:test';
import { isCertainRefusal } from './write-outcome.js';

const body = (code: string) => JSON.stringify({ error: { code, message: 'x' } });

test('one status, two meanings: the code decides whether a write is certainly without effect', () => {
  assert.equal(isCertainRefusal(503, body('STRATA_NO_LEADER')), true);
  assert.equal(isCertainRefusal(503, body('STRATA_LEADERSHIP_LOST')), false);
  assert.equal(isCertainRefusal(503, body('STRATA_SHUTTING_DOWN')), false);
  assert.equal(isCertainRefusal(429, body('STRATA_OVERLOADED')), true);
  assert.equal(isCertainRefusal(504, body('STRATA_TIMEOUT')), false);
});

test('whatever is not a refusal in so many words leaves the outcome open', () => {
  for (const text of [
    '',
    'bad gateway',
    '[]',
    'null',
    '{"error":{"code":3}}',
    body('STRATA_FROM_THE_FUTURE'),
  ])
    assert.equal(isCertainRefusal(503, text), false, text);
  assert.equal(isCertainRefusal(500, body('STRATA_INTERNAL')), false);
  assert.equal(isCertainRefusal(410, body('STRATA_SESSION_EXPIRED')), false);
  assert.equal(isCertainRefusal(200, body('STRATA_NO_LEADER')), false);
});
