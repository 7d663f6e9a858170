import assert from 'node:assert/strict';
import test from 'node:test';
import { createProgress } from './progress.js';

test('the status line shows on a terminal only; notes are quiet in a pipe unless asked for; warnings always stay', () => {
  const run = (isTTY: boolean, verbose: boolean) => {
    let text = '';
    const progress = createProgress({ verbose }, { isTTY, columns: 10, write: (chunk) => (text += chunk) });
    progress.status('a long status line');
    progress.note('note');
    progress.warn('warn');
    progress.end();
    return text;
  };
  assert.equal(run(false, false), 'warn\n');
  assert.equal(run(false, true), 'note\nwarn\n');
  assert.equal(run(true, false), '\r\x1b[Ka long st\r\x1b[Knote\nwarn\n');
});
