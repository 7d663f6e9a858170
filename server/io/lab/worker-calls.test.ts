import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { File } from '../../ports/file-system.js';
import { NodeFileSystem } from '../node-file-system.js';
import { TestClock } from '../testing/test-clock.js';
import { TestMetrics } from '../testing/test-metrics.js';
import { WorkerCalls } from './worker-calls.js';

const LABEL = { cause: 'entries', entries: 1, bytes: 4 } as const;

async function opened(t: {
  after(fn: () => void): void;
}): Promise<{ file: File; calls: WorkerCalls; path: string; metrics: TestMetrics }> {
  const directory = mkdtempSync(join(tmpdir(), 'strata-worker-'));
  const calls = new WorkerCalls();
  t.after(async () => {
    await calls.end();
    rmSync(directory, { recursive: true, force: true });
  });
  const metrics = new TestMetrics();
  const disk = new NodeFileSystem({ clock: new TestClock(), metrics, calls });
  const path = join(directory, 'log');
  return { file: await disk.open(path, 'create'), calls, path, metrics };
}

function write(file: File, bytes: Uint8Array, position: number): Promise<Error | null> {
  return new Promise((resolve) => {
    let returned = false;
    file.write(bytes, bytes.length, position, null, (error) => {
      assert.ok(returned, 'the completion came before the call returned');
      resolve(error);
    });
    returned = true;
  });
}

test('the thread writes what it is given, in order, while the caller keeps its buffer; the ledger counts it, the pool does not', async (t) => {
  const { file, path, metrics } = await opened(t);
  const pooled = metrics.recorded('io_pool_calls').length;
  const shared = Buffer.from('--abcdefgh--').subarray(2, 10);
  const outcomes = [write(file, shared, 0), write(file, Buffer.from('XY'), 3)];
  assert.deepEqual(await Promise.all(outcomes), [null, null]);
  assert.equal(shared.toString(), 'abcdefgh');
  await new Promise<void>((resolve, reject) =>
    file.sync('fdatasync', LABEL, (error) => (error === null ? resolve() : reject(error))),
  );
  assert.equal(readFileSync(path, 'utf8'), 'abcXYfgh');
  assert.equal(metrics.count('io_writes_total'), 2);
  assert.equal(metrics.count('io_fsync_cause_entries_total'), 1);
  assert.equal(metrics.recorded('io_pool_calls').length, pooled);
  await file.close();
});

/** Beyond what any process may have open. */
const NO_DESCRIPTOR = 2 ** 30;

test('errors come back with their code, and a thread that ended fails whatever is asked of it', async (t) => {
  const { file, calls } = await opened(t);
  // The number of a file that was closed would not do: something else in this process may have it by now.
  const refused = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
    calls.write(NO_DESCRIPTOR, Buffer.from('late'), 0, 4, 0, resolve),
  );
  assert.equal(refused?.code, 'EBADF');
  await calls.end();
  const failure = (await write(file, Buffer.from('x'), 0)) as NodeJS.ErrnoException | null;
  assert.equal(failure?.code, 'EIO');
  assert.match(failure?.message ?? '', /the disk thread ended/);
  await file.close();
});
