import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { File, FileSystem } from '../ports/file-system.js';
import { HeldBackFileSystem } from './held-back-file-system.js';
import { BLOCKING_CALLS } from './lab/blocking-calls.js';
import { LateFileSystem } from './lab/late-file-system.js';
import { NodeFileSystem } from './node-file-system.js';
import { TestClock } from './testing/test-clock.js';
import { TestMetrics } from './testing/test-metrics.js';
import { VolatileFileSystem } from './volatile-file-system.js';

/** What the real disk, the one that holds writes back and the one in memory must do alike: reading, lengths, names, files that are completed later. */

interface Adapter {
  readonly name: string;
  run(
    work: (fileSystem: FileSystem, directory: string, metrics: TestMetrics) => Promise<void>,
  ): Promise<void>;
}

const ADAPTERS: readonly Adapter[] = [
  onDisk('node', (metrics) => new NodeFileSystem({ clock: new TestClock(), metrics })),
  onDisk(
    'blocking',
    (metrics) =>
      new LateFileSystem(new NodeFileSystem({ clock: new TestClock(), metrics, calls: BLOCKING_CALLS })),
  ),
  {
    name: 'held back',
    run: async (work) => {
      const directory = fs.mkdtempSync(join(tmpdir(), 'strata-io-'));
      const [clock, metrics] = [new TestClock(), new TestMetrics()];
      try {
        const disk = new NodeFileSystem({ clock, metrics });
        const inside = join(directory, 'data');
        const held = await HeldBackFileSystem.start({
          disk,
          clock,
          stagingDirectory: join(directory, 'staging'),
        });
        await held.makeDirectory(inside);
        await work(held, inside, metrics);
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    },
  },
  {
    name: 'volatile',
    run: async (work) => {
      const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
      await disk.makeDirectory('/d');
      await work(disk, '/d', new TestMetrics());
    },
  },
];

function onDisk(name: string, make: (metrics: TestMetrics) => FileSystem): Adapter {
  return {
    name,
    run: async (work) => {
      const directory = fs.mkdtempSync(join(tmpdir(), 'strata-io-'));
      const metrics = new TestMetrics();
      try {
        await work(make(metrics), directory, metrics);
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    },
  };
}

function write(file: File, bytes: Uint8Array, position: number): Promise<Error | null> {
  return new Promise((resolve) => {
    file.write(bytes, bytes.length, position, null, (error) => resolve(error));
  });
}

async function made(fileSystem: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fileSystem.open(path, 'create');
  assert.equal(await write(file, bytes, 0), null);
  await file.close();
}

const CONTENT = Uint8Array.from({ length: 1500 }, (_, at) => (at * 7 + 1) & 255);

for (const { name, run } of ADAPTERS) {
  test(`${name}: reads any range; fewer bytes only at the end`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'file');
      await made(fileSystem, path, CONTENT);
      assert.equal(await fileSystem.size(path), 1500);
      const file = await fileSystem.open(path, 'read');
      for (const [position, length, expected] of [
        [0, 1500, 1500],
        [0, 10, 10],
        [509, 7, 7],
        [500, 1100, 1000],
        [1499, 5, 1],
        [1500, 5, 0],
        [9000, 5, 0],
      ] as const) {
        const bytes = new Uint8Array(length).fill(0xee);
        assert.equal(await file.read(bytes, position), expected);
        assert.deepEqual(bytes.subarray(0, expected), CONTENT.subarray(position, position + expected));
        assert.ok(bytes.subarray(expected).every((byte) => byte === 0xee));
      }
      await file.close();
    }));

  test(`${name}: a hole reads as zeros`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'file');
      const file = await fileSystem.open(path, 'create');
      await write(file, Uint8Array.of(5), 2000);
      await file.close();
      const reader = await fileSystem.open(path, 'read');
      const bytes = new Uint8Array(2001).fill(7);
      assert.equal(await reader.read(bytes, 0), 2001);
      assert.deepEqual([bytes[0], bytes[1999], bytes[2000]], [0, 0, 5]);
      await reader.close();
    }));

  test(`${name}: an open file stays readable when its name is removed or given away`, () =>
    run(async (fileSystem, directory) => {
      const [path, other] = [join(directory, 'file'), join(directory, 'other')];
      await made(fileSystem, path, CONTENT);
      await made(fileSystem, other, new Uint8Array(3));
      const file = await fileSystem.open(path, 'read');
      await fileSystem.rename(other, path);
      await fileSystem.remove(path);
      const bytes = new Uint8Array(1500);
      assert.equal(await file.read(bytes, 0), 1500);
      assert.deepEqual(bytes, CONTENT);
      await file.close();
    }));

  test(`${name}: a file opened to be completed keeps what it has`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'file');
      await made(fileSystem, path, CONTENT);
      const file = await fileSystem.open(path, 'extend');
      await write(file, Uint8Array.of(1, 2, 3), 1498);
      await file.close();
      const found = await fileSystem.readFile(path);
      assert.equal(await fileSystem.size(path), 1501);
      assert.deepEqual(
        Buffer.from(found),
        Buffer.concat([CONTENT.subarray(0, 1498), Uint8Array.of(1, 2, 3)]),
      );
    }));

  test(`${name}: names go as they are told, synced or not`, () =>
    run(async (fileSystem, directory) => {
      const at = (name: string) => join(directory, name);
      const names = async () => [...(await fileSystem.list(directory))].sort();
      await made(fileSystem, at('a'), CONTENT);
      await made(fileSystem, at('b'), Uint8Array.of(1));
      await fileSystem.syncDirectory(directory);
      for (const synced of [false, true]) {
        await fileSystem.rename(at('a'), at('c'));
        await fileSystem.remove(at('b'));
        await made(fileSystem, at('d'), Uint8Array.of(7, 8));
        await fileSystem.rename(at('d'), at('c'));
        if (synced) await fileSystem.syncDirectory(directory);
        assert.deepEqual(await names(), ['c']);
        assert.deepEqual([...(await fileSystem.readFile(at('c')))], [7, 8]);
        for (const gone of ['a', 'b', 'd'])
          await assert.rejects(fileSystem.readFile(at(gone)), { code: 'ENOENT' });
        await made(fileSystem, at('a'), CONTENT);
        await made(fileSystem, at('b'), Uint8Array.of(1));
        assert.deepEqual(await names(), ['a', 'b', 'c']);
        assert.deepEqual(Buffer.from(await fileSystem.readFile(at('a'))), Buffer.from(CONTENT));
      }
    }));

  test(`${name}: made again, a file is empty; what is written twice is what was written last`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'file');
      await made(fileSystem, path, CONTENT);
      const file = await fileSystem.open(path, 'create');
      assert.equal(await fileSystem.size(path), 0);
      await write(file, Uint8Array.of(1, 2, 3, 4), 0);
      await write(file, Uint8Array.of(9, 9), 1);
      const label = { cause: 'snapshot', entries: 0, bytes: 6 } as const;
      assert.equal(await new Promise((resolve) => file.sync('fsync', label, resolve)), null);
      await write(file, Uint8Array.of(7), 2);
      await file.close();
      assert.deepEqual([...(await fileSystem.readFile(path))], [1, 9, 7, 4]);
    }));

  test(`${name}: a file opened for O_DSYNC reads back at once`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'file');
      await made(fileSystem, path, CONTENT);
      const file = await fileSystem.open(path, 'write-dsync');
      const label = { cause: 'entries', entries: 1, bytes: 3 } as const;
      const error = await new Promise((resolve) => file.write(Uint8Array.of(1, 2, 3), 3, 10, label, resolve));
      assert.equal(error, null);
      await file.close();
      const found = await fileSystem.readFile(path);
      assert.deepEqual([...found.subarray(9, 14)], [CONTENT[9], 1, 2, 3, CONTENT[13]]);
      assert.equal(found.length, 1500);
    }));

  test(`${name}: what is missing has the code of the system`, () =>
    run(async (fileSystem, directory) => {
      const path = join(directory, 'missing');
      for (const mode of ['read', 'write', 'extend'] as const)
        await assert.rejects(fileSystem.open(path, mode), { code: 'ENOENT' });
      await assert.rejects(fileSystem.size(path), { code: 'ENOENT' });
      await assert.rejects(fileSystem.list(path), { code: 'ENOENT' });
    }));
}

test('node: writes and syncs of files nobody waits for are counted, their times kept apart', () =>
  ADAPTERS[0]!.run(async (fileSystem, directory, metrics) => {
    const path = join(directory, 'file');
    await made(fileSystem, path, CONTENT);
    const file = await fileSystem.open(path, 'extend');
    await write(file, CONTENT, 1500);
    const label = { cause: 'snapshot', entries: 0, bytes: 3000 } as const;
    assert.equal(await new Promise((resolve) => file.sync('fdatasync', label, resolve)), null);
    await file.close();
    assert.equal(metrics.count('io_writes_total'), 2);
    assert.equal(metrics.count('io_fsync_cause_snapshot_total'), 1);
    assert.equal(metrics.recorded('io_write_background_ns').length, 2);
    assert.equal(metrics.recorded('io_fsync_background_ns').length, 1);
    assert.deepEqual([...metrics.recorded('io_write_ns'), ...metrics.recorded('io_fsync_ns')], []);
  }));
