const SECTOR_BYTES = 512;

/**
 * The content of one file of the volatile disk: what reads see, and what is on the disk. The file is a list
 * of sectors; a sector is replaced as a whole, never changed in place, so what is on the disk is the same
 * array until it is synced again.
 */
export class Inode {
  #bytes = 0;
  #sectors = new Map<number, Uint8Array>();
  /** Numbers of the sectors whose content is not known to be on the disk. */
  readonly #dirty = new Set<number>();
  /** Of those, the ones whose sync failed: the kernel takes them for clean, so no later sync brings them to the disk (fsyncgate). */
  readonly #givenUp = new Set<number>();
  #durableBytes = 0;
  #durableSectors = new Map<number, Uint8Array>();

  static durable(bytes: Uint8Array): Inode {
    const inode = new Inode();
    inode.write(bytes, 0);
    inode.beginSync().succeed();
    return inode;
  }

  get length(): number {
    return this.#bytes;
  }

  read(): Uint8Array {
    return assemble(this.#bytes, this.#sectors);
  }

  /** Copies from `position` on; gives the number of bytes, less than asked for at the end of the file. */
  readInto(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.#bytes - position));
    for (let at = 0; at < length; ) {
      const number = Math.floor((position + at) / SECTOR_BYTES);
      const offset = (position + at) % SECTOR_BYTES;
      const part = Math.min(SECTOR_BYTES - offset, length - at);
      const sector = this.#sectors.get(number);
      if (sector === undefined) target.fill(0, at, at + part);
      else target.set(sector.subarray(offset, offset + part), at);
      at += part;
    }
    return length;
  }

  write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length; ) {
      const number = Math.floor((position + at) / SECTOR_BYTES);
      const offset = (position + at) % SECTOR_BYTES;
      const length = Math.min(SECTOR_BYTES - offset, bytes.length - at);
      const sector = this.#sectors.get(number)?.slice() ?? new Uint8Array(SECTOR_BYTES);
      sector.set(bytes.subarray(at, at + length), offset);
      this.#sectors.set(number, sector);
      this.#dirty.add(number);
      this.#givenUp.delete(number);
      at += length;
    }
    this.#bytes = Math.max(this.#bytes, position + bytes.length);
  }

  /** Takes note of what a sync submitted now covers; the result says how it went. */
  beginSync(): { readonly succeed: () => void; readonly fail: () => void } {
    const covered = [...this.#dirty]
      .filter((number) => !this.#givenUp.has(number))
      .map((number) => [number, this.#sectors.get(number)!] as const);
    const bytes = this.#bytes;
    return {
      succeed: () => {
        for (const [number, sector] of covered) this.#settle(number, sector);
        this.#durableBytes = Math.max(this.#durableBytes, bytes);
      },
      fail: () => {
        for (const [number, sector] of covered)
          if (this.#sectors.get(number) === sector) this.#givenUp.add(number);
      },
    };
  }

  /** What O_DSYNC promises for one write. */
  syncRange(position: number, length: number): void {
    const last = Math.floor((position + length - 1) / SECTOR_BYTES);
    for (let number = Math.floor(position / SECTOR_BYTES); number <= last; number++)
      this.#settle(number, this.#sectors.get(number)!);
    this.#durableBytes = Math.max(this.#durableBytes, position + length);
  }

  afterPowerCut(keep: () => boolean): Uint8Array {
    const sectors = new Map(this.#durableSectors);
    for (const number of this.#dirty) if (keep()) sectors.set(number, this.#sectors.get(number)!);
    const bytes = this.#bytes > this.#durableBytes && keep() ? this.#bytes : this.#durableBytes;
    return assemble(bytes, sectors);
  }

  #settle(number: number, sector: Uint8Array): void {
    this.#durableSectors.set(number, sector);
    if (this.#sectors.get(number) === sector) this.#dirty.delete(number);
  }
}

function assemble(length: number, sectors: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [number, sector] of sectors) {
    const start = number * SECTOR_BYTES;
    if (start < length) bytes.set(sector.subarray(0, Math.min(SECTOR_BYTES, length - start)), start);
  }
  return bytes;
}
