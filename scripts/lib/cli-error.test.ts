import assert from 'node:assert/strict';
import test from 'node:test';
import { RunDirectoryError } from '../../results/run-directory.js';
import { StrataError } from '../../server/errors.js';
import { CliError, renderError } from './cli-error.js';

test('every error becomes one line and an exit code, without a stack', () => {
  const cases: readonly [unknown, string, number][] = [
    [new CliError('STRATA_X', 'It\n  broke.', 4), 'strata: It broke. (STRATA_X)', 4],
    [
      new StrataError('STRATA_CONFIG_UNREADABLE', { path: 'f', reason: 'gone' }),
      'strata: Configuration file f cannot be read: gone. (STRATA_CONFIG_UNREADABLE)',
      2,
    ],
    [
      new StrataError('STRATA_DATA_DIR_LOCKED', { path: 'd', pid: 7 }),
      'strata: Data directory d is in use by process 7. (STRATA_DATA_DIR_LOCKED)',
      4,
    ],
    [new RunDirectoryError('x is not JSON.'), 'strata: x is not JSON. (STRATA_RUN_INVALID)', 3],
    [new TypeError('boom'), 'strata: unexpected: boom (STRATA_INTERNAL)', 70],
    ['text', 'strata: unexpected: text (STRATA_INTERNAL)', 70],
  ];
  for (const [error, line, exitCode] of cases) assert.deepEqual(renderError(error), { line, exitCode });
});
