import assert from 'node:assert/strict';
import type { Entry } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { Mark } from '../record-codec.js';
import { RecordEncoder } from '../record-encoder.js';
import { type Recovery, recover } from '../recovery.js';
import { segmentFileName } from '../segment.js';
import { WAL_DIRECTORY } from './log-fixtures.js';

export const IDENTITY = { clusterId: 'cluster', nodeId: 1 };
export const NO_STATE = { term: 0, vote: 0, commit: 0 };
const SEGMENT_BYTES = 8192;

/** Writes segments record by record, right or wrong. */
export class Forge {
  readonly encoder = new RecordEncoder(SEGMENT_BYTES);
  readonly sequence: number;

  /** The head's hard state has the previous term, as a log has that changes its segment. */
  constructor(sequence = 1, firstIndex = 1, previousTerm = 0, identity = IDENTITY, isReset = false) {
    this.sequence = sequence;
    this.encoder.metadata({ ...identity, sequence, firstIndex, previousTerm, isReset });
    this.encoder.hardState({ ...NO_STATE, term: previousTerm, commit: isReset ? firstIndex - 1 : 0 });
  }

  get length(): number {
    return this.encoder.length;
  }

  mark(mark: Partial<Mark> = {}): this {
    const offset = this.encoder.length;
    this.encoder.reserveMark();
    this.encoder.fillMark(offset, { sequence: this.sequence, offset, syncedBytes: offset, ...mark });
    return this;
  }

  entries(list: readonly Entry[]): this {
    for (const one of list) this.encoder.entry(one);
    return this;
  }

  hardState(term: number, vote: number, commit: number): this {
    this.encoder.hardState({ term, vote, commit });
    return this;
  }

  /** The segment with zeros behind the records. */
  bytes(): Uint8Array {
    const segment = new Uint8Array(SEGMENT_BYTES);
    segment.set(this.encoder.bytes.subarray(0, this.encoder.length));
    return segment;
  }
}

async function diskOf(files: Readonly<Record<string, Uint8Array>>): Promise<VolatileFileSystem> {
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  await disk.makeDirectory(WAL_DIRECTORY);
  for (const [name, bytes] of Object.entries(files)) disk.put(`${WAL_DIRECTORY}/${name}`, bytes);
  return disk;
}

export function read(...segments: readonly Uint8Array[]): Promise<Recovery> {
  const names = segments.map((_, at) => segmentFileName({ sequence: at + 1, firstIndex: at === 0 ? 1 : 4 }));
  return readFiles(Object.fromEntries(segments.map((bytes, at) => [names[at]!, bytes])));
}

export async function readFiles(files: Readonly<Record<string, Uint8Array>>): Promise<Recovery> {
  const disk = await diskOf(files);
  const before = disk.snapshot();
  try {
    return await recover({ fileSystem: disk, directory: WAL_DIRECTORY, identity: IDENTITY });
  } finally {
    assert.deepEqual(disk.snapshot(), before, 'recovery changes nothing');
  }
}

export async function refuses(reading: Promise<Recovery>, reason: RegExp, offset?: number): Promise<void> {
  await assert.rejects(reading, (error: StrataError) => {
    assert.equal(error.code, 'STRATA_WAL_CORRUPT');
    assert.match(String(error.details.reason), reason);
    if (offset !== undefined) assert.equal(error.details.offset, offset);
    return true;
  });
}
