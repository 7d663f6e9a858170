import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { File } from '../../ports/file-system.js';
import { NodeFileSystem } from '../node-file-system.js';
import { TestClock } from '../testing/test-clock.js';
import { TestMetrics } from '../testing/test-metrics.js';
import { BLOCKING_CALLS } from './blocking-calls.js';
import { LateFileSystem } from './late-file-system.js';

const LABEL = { cause: 'entries', entries: 1, bytes: 4 } as const;

function written(file: File, text: string, position: number): Promise<Error | null> {
  return new Promise((resolve) => {
    let returned = false;
    file.write(Buffer.from(text), text.length, position, null, (error) => {
      assert.ok(returned, 'the completion came before the call returned');
      resolve(error);
    });
    returned = true;
  });
}

test('blocking writes and syncs are over when the call returns; the completion comes afterwards, and no call goes to the pool', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'strata-blocking-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const metrics = new TestMetrics();
  const disk = new LateFileSystem(
    new NodeFileSystem({ clock: new TestClock(), metrics, calls: BLOCKING_CALLS }),
  );
  const path = join(directory, 'log');
  const file = await disk.open(path, 'create');
  const pooled = metrics.recorded('io_pool_calls').length;
  let done = false;
  file.write(Buffer.from('abcd'), 4, 0, null, (error) => {
    assert.equal(error, null);
    done = true;
  });
  assert.equal(readFileSync(path, 'utf8'), 'abcd', 'the bytes are there already');
  assert.equal(done, false);
  let isEarly = true;
  setImmediate(() => {
    isEarly = false;
  });
  await new Promise<void>((resolve) => {
    file.sync('fdatasync', LABEL, (error) => {
      assert.equal(error, null);
      assert.ok(done && isEarly, 'completions come in order and before the next turn of the loop');
      resolve();
    });
  });
  assert.equal(metrics.count('io_writes_total'), 1);
  assert.equal(metrics.count('io_fsync_cause_entries_total'), 1);
  assert.equal(metrics.recorded('io_pool_calls').length, pooled);
  await file.close();
  const failure = await written(file, 'late', 4);
  assert.equal((failure as NodeJS.ErrnoException | null)?.code, 'EBADF');
});
