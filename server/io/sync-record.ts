import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncCause } from '../ports/file-system.js';

const NAME = 'syncs';
const BYTES = 16;
/** Syncs that somebody waits for, or that strategy B owes: the others say nothing about what a power cut takes. */
const COUNTED: ReadonlySet<SyncCause> = new Set(['entries', 'hard-state', 'interval', 'rotation', 'close']);

/** What the syncs of a process that was killed were doing. Nanoseconds of CLOCK_MONOTONIC. */
export interface SyncsAtTheEnd {
  /** When the oldest sync began that had not returned; null when none was under way. */
  readonly beganNs: number | null;
  /** The longest sync that had returned. */
  readonly longestNs: number;
}

/**
 * Two numbers in a file, written in place and never synced: they outlive the process, as a sync under way at a power cut outlives nobody. With them a
 * test can tell how much strategy B may have lost.
 */
export class SyncRecord {
  readonly #descriptor: number;
  readonly #bytes = Buffer.alloc(BYTES);
  /** Begin of each sync under way, oldest first. */
  readonly #underWay = new Set<{ readonly beganNs: number }>();
  #longestNs = 0;

  constructor(directory: string) {
    this.#descriptor = openSync(join(directory, NAME), 'w');
    this.#write();
  }

  /** Called when a sync begins; the result is called when it has returned. */
  begin(cause: SyncCause, nowNs: () => number): () => void {
    if (!COUNTED.has(cause)) return () => {};
    const sync = { beganNs: nowNs() };
    this.#underWay.add(sync);
    this.#write();
    return () => {
      this.#underWay.delete(sync);
      this.#longestNs = Math.max(this.#longestNs, nowNs() - sync.beganNs);
      this.#write();
    };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(): void {
    const [oldest] = this.#underWay;
    this.#bytes.writeDoubleLE(oldest?.beganNs ?? 0, 0);
    this.#bytes.writeDoubleLE(this.#longestNs, 8);
    writeSync(this.#descriptor, this.#bytes, 0, BYTES, 0);
  }
}

/** Of a process that was killed, before the next one begins. */
export function readSyncRecord(directory: string): SyncsAtTheEnd {
  const bytes = readFileSync(join(directory, NAME));
  const beganNs = bytes.readDoubleLE(0);
  return { beganNs: beganNs === 0 ? null : beganNs, longestNs: bytes.readDoubleLE(8) };
}
