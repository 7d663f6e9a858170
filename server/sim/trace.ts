import { createHash, type Hash } from 'node:crypto';

const LAST_LINES = 200;
const CHUNK_CHARS = 65_536;

/** The record of a run: a hash over all of it, and its last lines. */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #last: string[] = [];
  #chunk = '';
  #lines = 0;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  get lines(): number {
    return this.#lines;
  }

  write(tick: number, line: string): void {
    const full = `${tick} ${line}`;
    this.#chunk += `${full}\n`;
    if (this.#chunk.length > CHUNK_CHARS) this.#flush();
    this.#last[this.#lines % LAST_LINES] = full;
    this.#lines += 1;
    this.#onLine?.(full);
  }

  /** Ends the record. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex').slice(0, 32);
  }

  /** Oldest first. */
  lastLines(): string[] {
    const from = this.#lines > LAST_LINES ? this.#lines % LAST_LINES : 0;
    return [...this.#last.slice(from), ...this.#last.slice(0, from)];
  }

  #flush(): void {
    this.#hash.update(this.#chunk);
    this.#chunk = '';
  }
}
