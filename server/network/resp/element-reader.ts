import { headerLineBytesMax } from './resp-limits.js';

const CR = 0x0d;
const LF = 0x0a;
const noBytes = Buffer.alloc(0);
/** First size of the buffer for an element that came in pieces. */
const partialBytesMin = 512;

/**
 * Cuts lines and bodies out of the bytes that were pushed. An element inside one chunk is a range of it; one that came in pieces is put together
 * in a buffer that doubles, so it costs what has come and not what was announced.
 */
export class ElementReader {
  /** The last element found, as a range of a buffer. */
  bytes: Buffer = noBytes;
  start = 0;
  end = 0;

  #chunk: Buffer = noBytes;
  #at = 0;
  readonly #queued: Buffer[] = [];
  /** Start of an element whose end has not come. */
  #partial: Buffer = noBytes;
  #partialBytes = 0;

  get partialBytes(): number {
    return this.#partialBytes;
  }

  /** The byte that comes next in what is at hand, undefined when nothing is. */
  get first(): number | undefined {
    return this.#partialBytes > 0 ? this.#partial[0] : this.#chunk[this.#at];
  }

  push(chunk: Buffer): void {
    if (this.#at === this.#chunk.length && this.#queued.length === 0) {
      this.#chunk = chunk;
      this.#at = 0;
    } else this.#queued.push(chunk);
  }

  /** Goes on to the next chunk; false when there is none. The one before is used up. */
  nextChunk(): boolean {
    const chunk = this.#queued.shift();
    // An idle connection holds no buffer.
    this.#chunk = chunk ?? noBytes;
    this.#at = 0;
    return chunk !== undefined;
  }

  /** Finds a line; its range is without the line end. Of a line without end `bytesMax + 1` bytes are kept at most. */
  line(bytesMax: number): boolean {
    const chunk = this.#chunk;
    const limit = this.#at + bytesMax + 1 - this.#partialBytes;
    const lineFeed = indexOfLineFeed(chunk, this.#at, limit);
    if (lineFeed === -1) {
      this.#keep(Math.min(chunk.length, limit));
      return false;
    }
    if (this.#partialBytes === 0) {
      this.bytes = chunk;
      this.start = this.#at;
      this.end = lineFeed;
      this.#at = lineFeed + 1;
    } else {
      this.#keep(lineFeed + 1);
      this.#takePartial();
      this.end -= 1;
    }
    if (this.end > this.start && this.bytes[this.end - 1] === CR) this.end -= 1;
    return true;
  }

  /** Finds the next `bytes` bytes and the line end behind them. The range is without it; `hasLineEnd` says whether it was one. */
  body(bytes: number): boolean {
    const wanted = bytes + 2;
    const available = this.#chunk.length - this.#at;
    if (this.#partialBytes === 0 && available >= wanted) {
      this.bytes = this.#chunk;
      this.start = this.#at;
      this.#at += wanted;
      this.end = this.#at - 2;
      return true;
    }
    const missing = wanted - this.#partialBytes;
    this.#keep(this.#at + Math.min(available, missing), wanted);
    if (available < missing) return false;
    this.#takePartial();
    this.end -= 2;
    return true;
  }

  /** After `body`. */
  get hasLineEnd(): boolean {
    return this.bytes[this.end] === CR && this.bytes[this.end + 1] === LF;
  }

  /** Reads past `bytes` bytes, as far as they are at hand; gives how many are left. */
  skip(bytes: number): number {
    const skipped = Math.min(bytes, this.#chunk.length - this.#at);
    this.#at += skipped;
    return bytes - skipped;
  }

  /** Lets go of the element, which may be all that holds its chunk. */
  forget(): void {
    this.bytes = noBytes;
  }

  clear(): void {
    this.#chunk = this.#partial = this.bytes = noBytes;
    this.#at = this.#partialBytes = 0;
    this.#queued.length = 0;
  }

  /** Copies the chunk up to `end` behind what is kept already. */
  #keep(end: number, bytesWanted = Number.POSITIVE_INFINITY): void {
    const needed = this.#partialBytes + end - this.#at;
    if (needed > this.#partial.length) {
      const doubled = Math.max(needed, 2 * this.#partial.length, partialBytesMin);
      const grown = Buffer.allocUnsafe(Math.min(doubled, Math.max(needed, bytesWanted)));
      this.#partial.copy(grown, 0, 0, this.#partialBytes);
      this.#partial = grown;
    }
    this.#chunk.copy(this.#partial, this.#partialBytes, this.#at, end);
    this.#partialBytes = needed;
    this.#at = end;
  }

  #takePartial(): void {
    this.bytes = this.#partial;
    this.start = 0;
    this.end = this.#partialBytes;
    this.#partial = noBytes;
    this.#partialBytes = 0;
  }
}

/** Where the line ends, before `endMax`. Headers are a few bytes: a loop beats a call into C++; a long inline command gets the call. */
function indexOfLineFeed(bytes: Buffer, start: number, endMax: number): number {
  const end = Math.min(bytes.length, endMax);
  const near = Math.min(end, start + headerLineBytesMax);
  for (let at = start; at < near; at++) if (bytes[at] === LF) return at;
  if (near === end) return -1;
  const found = bytes.indexOf(LF, near);
  return found >= end ? -1 : found;
}
