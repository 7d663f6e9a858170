import type { VolatileFileSystem } from '../../io/volatile-file-system.js';
import { DATA_DIRECTORY } from './log-fixtures.js';

/** Files of a data directory by their path in it. */
export function filesIn(disk: VolatileFileSystem): Map<string, Uint8Array> {
  const found = [...disk.snapshot()].map(
    ([path, bytes]) => [path.slice(DATA_DIRECTORY.length + 1), bytes] as const,
  );
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function namesIn(disk: VolatileFileSystem): string[] {
  return [...filesIn(disk).keys()];
}

export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}

export const IDENTITY_FILE = `${DATA_DIRECTORY}/identity.json`;
