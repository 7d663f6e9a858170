/**
 * Writes on the disk that holds back, then is killed by its own hand: `power-cut-victim.js DIRECTORY STORY`. What the parent finds afterwards is
 * what a power cut would have left.
 */
import { join } from 'node:path';
import type { File, FileSystem, SyncLabel } from '../../ports/file-system.js';
import { HeldBackFileSystem } from '../held-back-file-system.js';
import { NodeFileSystem } from '../node-file-system.js';
import { TestClock } from './test-clock.js';
import { TestMetrics } from './test-metrics.js';

const LABEL: SyncLabel = { cause: 'entries', entries: 1, bytes: 1 };

function write(file: File, byte: number, length: number, position: number, label: SyncLabel | null = null) {
  return new Promise<void>((resolve, reject) => {
    file.write(new Uint8Array(length).fill(byte), length, position, label, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function sync(file: File) {
  return new Promise<void>((resolve, reject) => {
    file.sync('fdatasync', LABEL, (error) => (error === null ? resolve() : reject(error)));
  });
}

const STORIES: Readonly<Record<string, (disk: FileSystem, at: (name: string) => string) => Promise<void>>> = {
  /** `old` is there before, 1000 bytes of 1. */
  bytes: async (disk, at) => {
    const file = await disk.open(at('old'), 'write');
    await write(file, 2, 100, 0);
    await sync(file);
    await write(file, 3, 100, 50);
    await write(file, 3, 100, 5000);
    await file.close();
  },
  dsync: async (disk, at) => {
    const plain = await disk.open(at('old'), 'write');
    await write(plain, 4, 300, 0);
    const file = await disk.open(at('old'), 'write-dsync');
    await write(file, 2, 100, 100, LABEL);
  },
  names: async (disk, at) => {
    const first = await disk.open(at('synced.tmp'), 'create');
    await write(first, 5, 10, 0);
    await sync(first);
    await disk.rename(at('synced.tmp'), at('synced'));
    await disk.remove(at('removed'));
    await disk.syncDirectory(at(''));
    const second = await disk.open(at('unsynced'), 'create');
    await write(second, 6, 10, 0);
    await sync(second);
    await disk.rename(at('synced'), at('renamed'));
    await disk.remove(at('old'));
  },
  /** Named durably, never synced itself. */
  empty: async (disk, at) => {
    const file = await disk.open(at('made'), 'create');
    await write(file, 5, 10, 0);
    await disk.syncDirectory(at(''));
  },
  /** More than is held. */
  flood: async (disk, at) => {
    const file = await disk.open(at('old'), 'write');
    for (let count = 0; count < 64; count++) await write(file, 2, 4096, count * 4096);
  },
};

const [directory, story] = process.argv.slice(2) as [string, string];
const clock = new TestClock();
const disk = await HeldBackFileSystem.start({
  disk: new NodeFileSystem({ clock, metrics: new TestMetrics() }),
  clock,
  stagingDirectory: join(directory, 'staging'),
  heldBytesMax: 64 * 1024,
});
await STORIES[story]!(disk, (name) => join(directory, 'data', name));
process.kill(process.pid, 'SIGKILL');
