import { VolatileFileSystem } from '../../../server/io/volatile-file-system.js';
import { inspectWal } from '../../../server/log/inspect.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  meta,
  openTestLog,
  plain,
  reset,
  takeSnapshot,
} from '../../../server/log/testing/log-fixtures.js';
import type { Random } from '../../../server/sim/random.js';
import { mutate as mutateBytes } from '../engine/mutate.js';
import { equal } from '../engine/properties.js';
import { BrokenProperty, type Seed, type Target } from '../engine/target.js';
import { seal as sealSnapshot } from './snapshot-file.js';
import { seal as sealSegment } from './wal-segment.js';

/** Files of a data directory in one input: length of the name, name, length of the content (2 bytes), content. Segments end in zeros, left out here. */
type Files = Map<string, Buffer>;
const SEGMENT_BYTES = 4_096;

/** A whole data directory opened: refused with a code and unchanged, or opened; and then opened again to the same. */
export const target: Target = {
  name: 'wal-directory',
  about: 'recovery of a data directory: segments, snapshots, identity',
  sources: [
    'server/log/recovery',
    'server/log/replay',
    'server/log/storage-recovery',
    'server/log/open-storage',
    'server/log/inspect',
    'server/log/identity-file',
  ],
  dictionary: ['.tmp', '.damaged', '.part', 'identity.json', 'wal/', 'snapshots/'],
  seeds: () => SEEDS,
  mutate,
  run,
  bytesMax: 16_384,
  steps: { base: 8_000_000, perByte: 5_000 },
  allocation: { base: 32 * 2 ** 20, perByte: 4_096 },
};

async function run(input: Buffer): Promise<void> {
  const disk = diskOf(filesOf(input));
  // Who looks at a folder that is not there is told by the command.
  await disk.makeDirectory(DATA_DIRECTORY);
  const before = disk.snapshot();
  // Looks as an opening does, and changes nothing.
  const summary = await inspectWal(DATA_DIRECTORY, disk);
  equal('files after a look', disk.snapshot(), before);
  const first = await opened(disk);
  if (!before.has(`${DATA_DIRECTORY}/identity.json`)) return;
  if (summary.damage !== null) throw new BrokenProperty(`opened in spite of ${summary.damage.message}`);
  let second: unknown;
  try {
    second = await opened(disk.processCrash());
  } catch (error) {
    throw new BrokenProperty(`opened once and not again: ${(error as Error).message}`, { cause: error });
  }
  equal('opened again', second, first);
}

async function opened(disk: VolatileFileSystem): Promise<unknown> {
  const { log, snapshot, storageId } = await openTestLog(disk, { segmentBytes: SEGMENT_BYTES });
  const { base, hardState, entries: found } = log.recovered;
  await log.close();
  return { base, hardState, entries: plain(found), snapshot, storageId };
}

function newDisk(): VolatileFileSystem {
  return new VolatileFileSystem({ defer: queueMicrotask });
}

function diskOf(files: Files): VolatileFileSystem {
  const disk = newDisk();
  for (const [name, content] of files) {
    const isSegment = name.startsWith('wal/') && content.length < SEGMENT_BYTES;
    const bytes = isSegment
      ? Buffer.concat([content, Buffer.alloc(SEGMENT_BYTES - content.length)])
      : content;
    disk.put(`${DATA_DIRECTORY}/${name}`, bytes);
  }
  return disk;
}

function filesOf(input: Buffer): Files {
  const files: Files = new Map();
  for (let at = 0; at < input.length && files.size < 16; ) {
    const nameEnd = at + 1 + input[at]!;
    const name = input
      .toString('latin1', at + 1, nameEnd)
      .replace(/[^\w./-]/g, '_')
      .replace(/\.\.|^\/+|\/+$/g, '_');
    if (nameEnd + 2 > input.length) break;
    const end = nameEnd + 2 + input.readUInt16BE(nameEnd);
    if (name !== '') files.set(name, Buffer.from(input.subarray(nameEnd + 2, end)));
    at = end;
  }
  // A file in the place of a folder is a state that no process of ours leaves.
  for (const name of files.keys())
    for (const other of files.keys()) if (other.startsWith(`${name}/`)) files.delete(name);
  return files;
}

function inputOf(files: Files): Buffer {
  const parts: Buffer[] = [];
  for (const [name, content] of files) {
    parts.push(
      Buffer.of(name.length),
      Buffer.from(name, 'latin1'),
      Buffer.of(content.length >>> 8, content.length & 0xff),
      content,
    );
  }
  return Buffer.concat(parts);
}

function mutate(input: Buffer, random: Random): Buffer {
  const files = filesOf(input);
  const names = [...files.keys()];
  if (names.length === 0) return input;
  const name = random.pick(names);
  const content = files.get(name)!;
  const kind = random.between(0, 9);
  if (kind === 0) files.delete(name);
  else if (kind === 1)
    files.set(
      mutateBytes(
        Buffer.from(name),
        random,
        names.map((one) => Buffer.from(one)),
        [],
        64,
      ).toString('latin1'),
      content,
    );
  else if (kind === 2) files.set(name, files.get(random.pick(names))!);
  else {
    const changed = Buffer.from(mutateBytes(content, random, [...files.values()], [], 8_192));
    const isSealed = random.chance(0.8);
    if (isSealed && name.startsWith('wal/')) files.set(name, sealSegment(changed));
    else if (isSealed && name.startsWith('snapshots/')) files.set(name, sealSnapshot(changed));
    else files.set(name, changed);
  }
  return inputOf(files);
}

function withoutZeros(bytes: Uint8Array): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  // Records end at multiples of 8.
  return Buffer.from(bytes.subarray(0, Math.ceil(end / 8) * 8));
}

async function life(
  name: string,
  live: (log: Awaited<ReturnType<typeof openTestLog>>) => Promise<void>,
): Promise<Seed> {
  const disk = newDisk();
  const storage = await openTestLog(disk, { segmentBytes: SEGMENT_BYTES });
  await live(storage);
  await storage.log.close();
  const files: Files = new Map();
  for (const [path, bytes] of disk.snapshot()) {
    const inside = path.slice(DATA_DIRECTORY.length + 1);
    if (!inside.endsWith('.tmp'))
      files.set(inside, inside.startsWith('wal/') ? withoutZeros(bytes) : Buffer.from(bytes));
  }
  return { name, bytes: inputOf(files) };
}

const SEEDS: readonly Seed[] = [
  await life('new', async () => {}),
  await life('two segments', async ({ log }) => {
    for (let index = 1; index <= 60; index++)
      await append(log, entries(index, index), { term: 1, vote: 2, commit: index - 1 });
  }),
  await life('a snapshot, replaced suffix', async ({ log, snapshots }) => {
    await append(log, entries(1, 4), { term: 1, vote: 2, commit: 2 });
    await takeSnapshot(snapshots, 2);
    await append(log, entries(3, 3, 2), { term: 2, vote: 0, commit: 2 });
  }),
  await life('reset by a snapshot', async ({ log, snapshots }) => {
    await append(log, entries(1, 2), { term: 1, vote: 2, commit: 1 });
    await takeSnapshot(snapshots, 9, 3);
    await reset(log, meta(9, 3), { term: 3, vote: 0, commit: 9 });
  }),
];
