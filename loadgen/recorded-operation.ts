/** Most bytes of an answer that are kept; a value of ours is shorter, and so is an error. */
const KEPT_BYTES_MAX = 4_096;

/** One operation of a history while it is under way. */
export class RecordedOperation {
  readonly isRead: boolean;
  readonly process: number;
  readonly burst: number;
  readonly key: string;
  /** What a write writes, as the history names it; null for a read. */
  readonly value: string | null;
  #kept: Buffer[] = [];
  #bytes = 0;

  constructor(process: number, burst: number, key: string, value: string | null) {
    this.isRead = value === null;
    this.process = process;
    this.burst = burst;
    this.key = key;
    this.value = value;
  }

  /** Bytes of the answer, also those beyond what is kept. */
  get answerBytes(): number {
    return this.#bytes;
  }

  /** The answer as far as it was kept. Latin-1: every byte shows, so that two answers that differ never look alike. */
  get answer(): string {
    return Buffer.concat(this.#kept).toString('latin1');
  }

  keep(chunk: Buffer): void {
    const room = KEPT_BYTES_MAX - this.#bytes;
    this.#bytes += chunk.length;
    // A copy: the HTTP client uses its buffer again.
    if (room > 0) this.#kept.push(Buffer.from(chunk.subarray(0, room)));
  }
}
