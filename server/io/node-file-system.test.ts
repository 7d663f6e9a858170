import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { File, SyncLabel } from '../ports/file-system.js';
import { type DiskCalls, NodeFileSystem } from './node-file-system.js';
import { TestClock } from './testing/test-clock.js';
import { TestMetrics } from './testing/test-metrics.js';

const LABEL: SyncLabel = { cause: 'entries', entries: 3, bytes: 90 };

async function withDisk(
  run: (disk: NodeFileSystem, directory: string, metrics: TestMetrics) => Promise<void>,
  calls?: DiskCalls,
): Promise<void> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'strata-io-'));
  const metrics = new TestMetrics();
  try {
    const options = { clock: new TestClock(), metrics };
    await run(new NodeFileSystem(calls === undefined ? options : { ...options, calls }), directory, metrics);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function write(
  file: File,
  text: string,
  position: number,
  label: SyncLabel | null = null,
): Promise<Error | null> {
  return new Promise((resolve) => {
    file.write(Buffer.from(`${text}unused`), text.length, position, label, (error) => resolve(error));
  });
}

function sync(file: File, call: 'fsync' | 'fdatasync', label = LABEL): Promise<Error | null> {
  return new Promise((resolve) => file.sync(call, label, resolve));
}

test('bytes are written where they belong, and only as many as asked', () =>
  withDisk(async (disk, directory, metrics) => {
    const path = join(directory, 'file');
    const made = await disk.open(path, 'create');
    assert.equal(await write(made, 'abcdef', 0), null);
    await made.close();
    const file = await disk.open(path, 'write');
    assert.equal(await write(file, 'XY', 2), null);
    assert.equal(await sync(file, 'fdatasync'), null);
    assert.equal(await sync(file, 'fsync', { ...LABEL, cause: 'hard-state' }), null);
    await file.close();
    assert.equal(Buffer.from(await disk.readFile(path)).toString(), 'abXYef');
    assert.equal(metrics.count('io_writes_total'), 2);
    assert.equal(metrics.count('io_write_bytes_total'), 8);
    assert.equal(metrics.recorded('io_write_ns').length, 1);
    assert.equal(metrics.recorded('io_write_background_ns').length, 1, 'a new file has no reader yet');
    assert.equal(metrics.count('io_fsyncs_total'), 2);
    assert.equal(metrics.count('io_fsync_cause_entries_total'), 1);
    assert.equal(metrics.count('io_fsync_cause_hard_state_total'), 1);
    assert.equal(metrics.recorded('io_fsync_ns').length, 2);
    assert.deepEqual(metrics.recorded('io_fsync_entries'), [3, 3]);
    assert.deepEqual(metrics.recorded('io_fsync_bytes'), [90, 90]);
  }));

test('O_DSYNC: the descriptor has the flag, and a write is counted as a sync too', () =>
  withDisk(async (disk, directory, metrics) => {
    const path = join(directory, 'file');
    fs.writeFileSync(path, 'abc');
    const file = await disk.open(path, 'write-dsync');
    const flags = openFlags(path);
    assert.ok((flags & fs.constants.O_DSYNC) !== 0, `flags ${flags.toString(8)}`);
    assert.equal(await write(file, 'z', 0, LABEL), null);
    await file.close();
    assert.equal(metrics.count('io_writes_total'), 1);
    assert.equal(metrics.count('io_fsyncs_total'), 1);
    assert.equal(metrics.recorded('io_write_ns').length, 0);
    assert.equal(metrics.recorded('io_fsync_ns').length, 1);
  }));

/** Flags of this process's descriptor of `path`, as the kernel has them. */
function openFlags(path: string): number {
  const fd = fs.readdirSync('/proc/self/fd').find((name) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${name}`) === fs.realpathSync(path);
    } catch {
      return false;
    }
  });
  return Number.parseInt(/flags:\s*(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!, 8);
}

test('directories are made with their parents, each synced in its parent', () =>
  withDisk(async (disk, directory, metrics) => {
    await disk.makeDirectory(join(directory, 'a', 'b', 'c'));
    assert.equal(metrics.count('io_fsync_cause_directory_total'), 3);
    await disk.makeDirectory(join(directory, 'a', 'b', 'c'));
    assert.equal(metrics.count('io_fsync_cause_directory_total'), 3, 'nothing new, nothing to sync');
    assert.equal(metrics.recorded('io_fsync_ns').length, 0);
    assert.equal(metrics.recorded('io_fsync_background_ns').length, 3);
  }));

test('rename, list, remove; a missing file has the code of the system', () =>
  withDisk(async (disk, directory) => {
    await (await disk.open(join(directory, 'a'), 'create')).close();
    await disk.rename(join(directory, 'a'), join(directory, 'b'));
    assert.deepEqual(await disk.list(directory), ['b']);
    await disk.remove(join(directory, 'b'));
    assert.deepEqual(await disk.list(directory), []);
    await assert.rejects(disk.open(join(directory, 'b'), 'write'), { code: 'ENOENT' });
  }));

test('a short write is an error, is not continued and not counted', () => {
  let calls = 0;
  const short = ((
    fd: number,
    bytes: Uint8Array,
    at: number,
    length: number,
    position: number,
    done: never,
  ) => {
    calls++;
    fs.write(fd, bytes, at, length - 2, position, done);
  }) as unknown as typeof fs.write;
  return withDisk(
    async (disk, directory, metrics) => {
      const file = await disk.open(join(directory, 'file'), 'create');
      const error = await write(file, 'abcdef', 0);
      assert.equal((error as NodeJS.ErrnoException).code, 'ESHORT');
      assert.match(error?.message ?? '', /wrote 4 of 6 bytes/);
      assert.equal(calls, 1);
      assert.equal(metrics.count('io_writes_total'), 0);
      await file.close();
    },
    { write: short, fsync: fs.fsync, fdatasync: fs.fdatasync },
  );
});

test('a failed sync comes back as it is and is not counted', () => {
  const failing = ((_fd: number, done: (error: Error) => void) => {
    setImmediate(() => done(Object.assign(new Error('EIO'), { code: 'EIO' })));
  }) as unknown as typeof fs.fdatasync;
  return withDisk(
    async (disk, directory, metrics) => {
      const file = await disk.open(join(directory, 'file'), 'create');
      assert.equal(((await sync(file, 'fdatasync')) as NodeJS.ErrnoException).code, 'EIO');
      assert.equal(metrics.count('io_fsyncs_total'), 0);
      await file.close();
    },
    { write: fs.write, fsync: fs.fsync, fdatasync: failing },
  );
});

test('the kernel itself writes short at a limit, and that is an error', () =>
  withDisk(async (_disk, directory) => {
    const script = `
      const { NodeFileSystem } = await import(${JSON.stringify(new URL('./node-file-system.js', import.meta.url).href)});
      const metrics = { counter: () => ({ value: 0, add() {} }), histogram: () => ({ record() {} }), gauge() {}, stampsOf: (clock) => clock };
      const disk = new NodeFileSystem({ clock: { nowNs: () => 0 }, metrics });
      const file = await disk.open(${JSON.stringify(join(directory, 'limited'))}, 'create');
      process.on('SIGXFSZ', () => {});
      file.write(new Uint8Array(12_000), 12_000, 0, null, (error) => console.log(error?.code, error?.message));
    `;
    const command = 'ulimit -f 8 && exec "$0" --input-type=module -e "$1"';
    const output = execFileSync('bash', ['-c', command, process.execPath, script], { encoding: 'utf8' });
    assert.match(output, /^ESHORT wrote 8192 of 12000 bytes/);
  }));
