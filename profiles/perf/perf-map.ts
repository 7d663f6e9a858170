/** A piece of machine code that V8 made. */
interface Code {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Code is looked up in buckets of this many bytes; a piece that spans many of them is no code of V8. */
const BUCKET_BYTES = 64 * 1024;
const CODE_BYTES_MAX = 16 * 1024 * 1024;
const NAME_CHARACTERS_MAX = 1_024;

/** A frame of `perf script` that perf looked up in a map, and rightly or wrongly named. */
const NAMED_FRAME = /^(\s+)([0-9a-f]{1,13}) .* (\(\/tmp\/perf-\d+\.map\))$/gm;

const LINE = /^(?:0x)?([0-9a-f]{1,13}) (?:0x)?([0-9a-f]{1,8}) (.+)$/;

/**
 * The names of V8's machine code by address, from `/tmp/perf-PID.map`.
 *
 * Why not perf's own look-up: V8 frees code and puts other code at the same address, and then the map has two lines for it. Perf keeps
 * the one with the LONGER name, so a write of the file system comes out as some long forgotten function of a library. Here the later
 * line wins, because the earlier code was gone when the later was written.
 */
export class PerfMap {
  readonly #buckets = new Map<number, Code[]>();
  readonly #known = new Map<number, string | null>();
  #size = 0;

  /** Lines that cannot be read are passed over: the process may be writing the last one. */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const match = LINE.exec(line);
      if (match === null) continue;
      const start = Number.parseInt(match[1]!, 16);
      const bytes = Number.parseInt(match[2]!, 16);
      if (bytes === 0 || bytes > CODE_BYTES_MAX) continue;
      this.#add({ start, end: start + bytes, name: match[3]!.slice(0, NAME_CHARACTERS_MAX) });
    }
  }

  /** Pieces of code that have a name. */
  get size(): number {
    return this.#size;
  }

  /** The name of the latest code that covers the address, null for none. */
  nameAt(address: number): string | null {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const codes = this.#buckets.get(Math.floor(address / BUCKET_BYTES)) ?? [];
    const name = codes.findLast(({ start, end }) => address >= start && address < end)?.name ?? null;
    this.#known.set(address, name);
    return name;
  }

  /** Whole lines of `perf script` with the names of this map in place of perf's. */
  rename(script: string): string {
    return script.replace(NAMED_FRAME, (line, space: string, address: string, file: string) => {
      const name = this.nameAt(Number.parseInt(address, 16));
      return name === null ? line : `${space}${address} ${name} ${file}`;
    });
  }

  #add(code: Code): void {
    this.#size += 1;
    const last = Math.floor((code.end - 1) / BUCKET_BYTES);
    for (let bucket = Math.floor(code.start / BUCKET_BYTES); bucket <= last; bucket += 1) {
      const codes = this.#buckets.get(bucket);
      if (codes === undefined) this.#buckets.set(bucket, [code]);
      else codes.push(code);
    }
  }
}
