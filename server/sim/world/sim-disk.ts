import { type DiskCall, type DiskFault, VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { Counts } from '../counts.js';
import type { DiskPlan } from '../plan.js';
import type { Random } from '../random.js';
import type { LifeClock } from './life-clock.js';
import type { Timeline } from './timeline.js';

const SECTOR_BYTES = 512;

/** Quick and in order: what is left of the disks when everything is healed. */
const CALM: DiskPlan = {
  latencyMsMean: 0.1,
  stall: 0,
  stallMsMax: 1,
  syncError: 0,
  full: 0,
  fullMsMax: 1,
  unsyncedSurvives: 0,
  bitFlip: 0,
};

export interface DiskOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly plan: DiskPlan;
  readonly counts: Counts;
  readonly trace: (line: string) => void;
}

/**
 * The disk of one node over all its lives: slow, at times very slow, at times full, and with a sync that fails once in a long while. What a
 * failed sync should have brought to the disk stays in the page cache, where no later sync sees it, or is read from the disk again as it was.
 */
export class SimDisk {
  readonly #options: DiskOptions;
  #plan: DiskPlan;
  #clock: LifeClock;
  #files: VolatileFileSystem;
  #latencyMs = 0;
  #fullUntilNs = 0;
  #hasSyncFailed = false;
  #nextSyncFails = false;
  /** A bit of it was flipped: a start that is refused because of damage is right. */
  isFlipped = false;

  constructor(options: DiskOptions, clock: LifeClock) {
    this.#options = options;
    this.#plan = options.plan;
    this.#clock = clock;
    this.#files = new VolatileFileSystem(this.#hooks());
  }

  get files(): VolatileFileSystem {
    return this.#files;
  }

  /** A sync of this life failed. */
  get hasSyncFailed(): boolean {
    return this.#hasSyncFailed;
  }

  get isFull(): boolean {
    return this.#options.timeline.nowNs() < this.#fullUntilNs;
  }

  heal(): void {
    this.#plan = CALM;
    this.#fullUntilNs = 0;
  }

  /** The process is gone, what it wrote is in the page cache; pages whose sync failed may have been dropped from it. */
  crash(): void {
    if (this.#hasSyncFailed && this.#options.random.chance(0.5)) this.powerCut();
    else this.#files = this.#files.processCrash(this.#hooks());
  }

  powerCut(): void {
    const { random } = this.#options;
    this.#files = this.#files.powerCut(() => random.chance(this.#plan.unsyncedSurvives), this.#hooks());
  }

  /** While the node is down: everything reached the disk, and then something happened to one file. */
  damage(path: string, bytes: Uint8Array): void {
    this.#files = this.#files.powerCut(() => true, this.#hooks());
    this.#files.put(path, bytes);
    this.isFlipped = true;
  }

  /** The next sync of this disk fails, whatever the plan says. */
  failNextSync(): void {
    this.#nextSyncFails = true;
  }

  /** The next life uses it. */
  begin(clock: LifeClock): void {
    this.#clock = clock;
    this.#hasSyncFailed = false;
  }

  #hooks() {
    return {
      onCall: (call: DiskCall) => this.#onCall(call),
      defer: (task: () => void) => {
        // Through the clock of the process: it does not hear of it while it stands still, and never when it is dead.
        this.#clock.after(this.#latencyMs, task);
      },
    };
  }

  #onCall(call: DiskCall): DiskFault | null {
    const { kind, path, position, bytes } = call;
    const fault = this.#draw(call);
    const outcome = fault === null ? '' : 'code' in fault ? ` ${fault.code}` : ` short ${fault.shortBytes}`;
    this.#options.trace(`disk ${this.#options.name} ${kind} ${path} ${position}+${bytes}${outcome}`);
    return fault;
  }

  #draw({ kind, position, bytes }: DiskCall): DiskFault | null {
    const { random, counts, timeline } = this.#options;
    const { latencyMsMean, stall, stallMsMax, syncError, full, fullMsMax } = this.#plan;
    this.#latencyMs = -Math.log(1 - random.next()) * latencyMsMean;
    if (stall > 0 && random.chance(stall)) {
      counts.add('disk stalls');
      this.#latencyMs += random.next() * stallMsMax;
    }
    const isSync = kind === 'fdatasync' || kind === 'fsync' || kind === 'sync-directory';
    if (isSync && (this.#nextSyncFails || (syncError > 0 && random.chance(syncError)))) {
      this.#nextSyncFails = false;
      counts.add('sync errors');
      this.#hasSyncFailed = true;
      return { code: 'EIO' };
    }
    if (kind !== 'write' && kind !== 'create') return null;
    if (this.isFull) return { code: 'ENOSPC' };
    if (full === 0 || !random.chance(full)) return null;
    counts.add('full disks');
    this.#fullUntilNs = timeline.nowNs() + random.between(1, fullMsMax) * 1e6;
    return kind === 'write' ? shortened(position, bytes, random) : { code: 'ENOSPC' };
  }
}

/**
 * The write that finds the end of the space may have got a part of its bytes in: whole sectors, as space is given out in blocks. A process that is
 * killed before it can clear half a sector again leaves what its next start has to take for damage (`log/scan.ts`).
 */
function shortened(position: number, bytes: number, random: Random): DiskFault {
  const first = Math.ceil((position + 1) / SECTOR_BYTES);
  const last = Math.ceil((position + bytes) / SECTOR_BYTES) - 1;
  if (last < first || random.chance(0.3)) return { code: 'ENOSPC' };
  return { shortBytes: random.between(first, last) * SECTOR_BYTES - position };
}
