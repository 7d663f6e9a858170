import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CERTAIN_REFUSALS, isCertainRefusal } from '../../loadgen/write-outcome.js';
import { type ErrorCode, isErrorCode, StrataError } from '../../server/errors.js';
import { projectRoot } from './project-root.js';

test("what a history calls a refused write is what the server's contract says has no effect", () => {
  for (const code of CERTAIN_REFUSALS) {
    assert.ok(isErrorCode(code), `the server has no ${code}`);
    const { status } = new StrataError(code);
    assert.ok(isCertainRefusal(status, JSON.stringify({ error: { code, message: 'x' } })), code);
    // A node that met something unexpected may have done anything before.
    assert.notEqual(status, 500, code);
  }
});

test('none of the codes that leave the outcome of a write open counts as a refusal', () => {
  const text = readFileSync(join(projectRoot(), 'server/ERRORS.md'), 'utf8');
  const [paragraph] = text.split('\n\n').filter((part) => part.includes('that its outcome is unknown'));
  const named = [...(paragraph ?? '').matchAll(/`(STRATA_[A-Z_]+)`/g)].map((match) => match[1]!);
  assert.ok(named.length >= 4, `the contract names ${named.join(', ')}`);
  const open: readonly ErrorCode[] = ['STRATA_SESSION_EXPIRED', 'STRATA_INTERNAL', 'STRATA_DISK_FAILED'];
  for (const code of [...named, ...open]) assert.equal(CERTAIN_REFUSALS.has(code), false, code);
});
