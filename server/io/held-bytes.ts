/** One run of bytes at one place of a file, as it was written. */
export interface HeldPiece {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly writtenNs: number;
}

/** The piece that is written last may still grow: `used` bytes of `buffer` count. */
interface GrowingPiece {
  position: number;
  buffer: Uint8Array;
  used: number;
  readonly writtenNs: number;
}

/** Writes behind each other become one piece, up to this length: one write to the real disk each. */
const PIECE_BYTES_MAX = 1024 * 1024;

/** Bytes written to a file and not on the disk, oldest first; what was written later lies over what was written before. */
export class HeldBytes {
  #pieces: GrowingPiece[] = [];
  #bytes = 0;
  /** Invariant: only the last piece grows, and only while it is not sealed. */
  #sealed = true;

  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest piece was written, infinite without one. */
  get oldestNs(): number {
    return this.#pieces[0]?.writtenNs ?? Number.POSITIVE_INFINITY;
  }

  get count(): number {
    return this.#pieces.length;
  }

  add(bytes: Uint8Array, position: number, nowNs: number): void {
    this.#bytes += bytes.length;
    const last = this.#sealed ? undefined : this.#pieces.at(-1);
    const follows = last !== undefined && last.position + last.used === position;
    if (!follows || last.used + bytes.length > PIECE_BYTES_MAX) {
      this.#pieces.push({
        position,
        buffer: Uint8Array.from(bytes),
        used: bytes.length,
        writtenNs: nowNs,
      });
      this.#sealed = false;
      return;
    }
    const needed = last.used + bytes.length;
    if (needed > last.buffer.length) {
      const grown = new Uint8Array(Math.min(PIECE_BYTES_MAX, Math.max(needed, 2 * last.buffer.length)));
      grown.set(last.buffer.subarray(0, last.used));
      last.buffer = grown;
    }
    last.buffer.set(bytes, last.used);
    last.used = needed;
  }

  /** From now on no piece that is here grows. */
  seal(): void {
    this.#sealed = true;
  }

  /** The oldest piece, sealed. */
  oldest(): HeldPiece | null {
    const piece = this.#pieces[0];
    if (piece === undefined) return null;
    if (this.#pieces.length === 1) this.seal();
    return shown(piece);
  }

  /** The oldest piece is written to the real file, or needed no more. */
  dropOldest(): void {
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.#bytes -= piece.used;
  }

  dropAll(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.seal();
  }

  /** Something newer is on the disk in `[from, to)`: what is held there counts no more. */
  cut(from: number, to: number): void {
    this.seal();
    this.#pieces = this.#pieces.flatMap((piece) => without(piece, from, to));
    this.#bytes = this.#pieces.reduce((total, piece) => total + piece.used, 0);
  }

  pieces(): HeldPiece[] {
    return this.#pieces.map(shown);
  }
}

/** Lays pieces over what stands at `position` of a file. */
export function overlay(target: Uint8Array, position: number, pieces: readonly HeldPiece[]): void {
  for (const piece of pieces) {
    const from = Math.max(position, piece.position);
    const to = Math.min(position + target.length, piece.position + piece.bytes.length);
    if (from < to)
      target.set(piece.bytes.subarray(from - piece.position, to - piece.position), from - position);
  }
}

function shown({ position, buffer, used, writtenNs }: GrowingPiece): HeldPiece {
  return { position, bytes: buffer.subarray(0, used), writtenNs };
}

function without(piece: GrowingPiece, from: number, to: number): GrowingPiece[] {
  const end = piece.position + piece.used;
  if (to <= piece.position || from >= end) return [piece];
  const part = (start: number, stop: number): GrowingPiece[] => {
    if (start >= stop) return [];
    const buffer = piece.buffer.subarray(start - piece.position, stop - piece.position);
    return [{ position: start, buffer, used: buffer.length, writtenNs: piece.writtenNs }];
  };
  return [...part(piece.position, from), ...part(to, end)];
}
