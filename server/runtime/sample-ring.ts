import type { NodeId } from '../consensus/messages.js';

/** One sampled request with all its stamps; the shape of the samples at `/debug/layers/samples`. */
export interface Sample {
  readonly traceId: string | null;
  readonly op: 'put' | 'delete' | 'command' | 'get';
  readonly index: number;
  readonly receivedNs: number;
  readonly parsedNs: number;
  readonly proposedNs: number;
  readonly appendStartedNs: number | null;
  readonly appendedNs: number | null;
  readonly fsyncSubmittedNs: number | null;
  readonly fsyncDoneNs: number | null;
  readonly firstSentNs: number | null;
  readonly quorumAckedNs: number;
  readonly committedNs: number;
  readonly applyStartNs: number;
  readonly appliedNs: number;
  readonly repliedNs: number;
  readonly winner: 'persist' | 'replicate' | null;
  readonly closer: NodeId;
  readonly remote: { readonly queueNs: number; readonly writeNs: number; readonly syncNs: number } | null;
}

const CAPACITY = 16_384;

/** The newest samples, numbered from 1; old ones are overwritten. */
export class SampleRing {
  readonly #ring: (Sample & { readonly sequence: number })[] = [];
  #next = 1;

  add(sample: Sample): void {
    this.#ring[this.#next % CAPACITY] = { sequence: this.#next, ...sample };
    this.#next += 1;
  }

  /** Samples with a number above `since`, oldest first, and how many of those were overwritten before they were read. */
  after(since: number): { next: number; dropped: number; samples: (Sample & { sequence: number })[] } {
    const oldest = Math.max(1, this.#next - CAPACITY);
    const from = Math.max(since + 1, oldest);
    const samples: (Sample & { sequence: number })[] = [];
    for (let sequence = from; sequence < this.#next; sequence++)
      samples.push(this.#ring[sequence % CAPACITY]!);
    return { next: this.#next - 1, dropped: Math.max(0, Math.min(from, this.#next) - (since + 1)), samples };
  }
}
