import assert from 'node:assert/strict';
import test from 'node:test';
import { startError } from './node-process.js';

test('a node that ends at start is told by its own last sentence, code and exit code', () => {
  const log =
    '{"level":30}\nstrata: first (STRATA_A)\n{"x":1}\nstrata: Port 7001 is in use. (STRATA_PORT_IN_USE)\n';
  const error = startError(2, { code: 4, signal: null }, log, '/d/node.log');
  assert.deepEqual(
    [error.message, error.code, error.exitCode],
    ['Node 2: Port 7001 is in use.', 'STRATA_PORT_IN_USE', 4],
  );
  const silent = startError(2, { code: null, signal: 'SIGKILL' }, '', '/d/node.log');
  assert.deepEqual(
    [silent.message, silent.exitCode],
    ['Node 2 ended by SIGKILL at start; its log is /d/node.log.', 70],
  );
});
