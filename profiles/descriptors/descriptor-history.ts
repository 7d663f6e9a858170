import { type OpenFile, openFiles } from './open-files.js';

/** A look costs one readlink per descriptor; files stay open for longer than that, connections may not and do not matter here. */
const LOOK_EVERY_MS = 500;
const LOOKS_MAX = 1_200;

interface Look {
  readonly atNs: number;
  readonly paths: ReadonlyMap<number, string>;
}

/** Which file each descriptor number was, over a capture: a tracer in the kernel sees only the number, and numbers are given out again. */
export class DescriptorHistory {
  readonly #looks: Look[] = [];
  readonly #read: () => readonly OpenFile[];
  readonly #nowNs: () => number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    pid: number,
    read: () => readonly OpenFile[] = () => openFiles(pid),
    nowNs: () => number = () => Number(process.hrtime.bigint()),
  ) {
    this.#read = read;
    this.#nowNs = nowNs;
  }

  /** Looks now and then again and again until `stop`. */
  start(): void {
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.look();
  }

  look(): void {
    if (this.#looks.length >= LOOKS_MAX) return;
    this.#looks.push({
      atNs: this.#nowNs(),
      paths: new Map(this.#read().map(({ descriptor, path }) => [descriptor, path])),
    });
  }

  /** Every path that was seen. */
  get paths(): ReadonlySet<string> {
    return new Set(this.#looks.flatMap(({ paths }) => [...paths.values()]));
  }

  /** The file behind a number at a moment: as the last look before it saw it, or else the first after it; null for none. */
  pathAt(descriptor: number, ns: number): string | null {
    let low = 0;
    let high = this.#looks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#looks[middle]!.atNs <= ns) low = middle + 1;
      else high = middle;
    }
    return this.#looks[low - 1]?.paths.get(descriptor) ?? this.#looks[low]?.paths.get(descriptor) ?? null;
  }
}
