import type { SeedOutcome } from './seed-run.js';

export interface SimSummary {
  readonly seeds: number;
  readonly from: number;
  readonly ticks: number;
  readonly runsEach: 1 | 2;
  readonly mutation: string | null;
  readonly clean: number;
  readonly violated: number;
  readonly unknown: number;
  /** Checks that spoke, each once. */
  readonly checks: readonly string[];
  readonly failures: readonly { readonly seed: number; readonly check: string; readonly message: string }[];
  /** What happened in all clean runs together, to see that they were about something. */
  readonly counts: Readonly<Record<string, number>>;
  /** Processor time of one run, median over the seeds. */
  readonly runMillisecondsMedian: number | null;
}

const FAILURES_KEPT = 100;

/** Adds up what the seeds came to. */
export class SimTally {
  readonly #mutation: string | null;
  readonly #counts = new Map<string, number>();
  readonly #milliseconds: number[] = [];
  readonly #failures: { seed: number; check: string; message: string }[] = [];
  readonly #checks = new Set<string>();
  clean = 0;
  violated = 0;
  unknown = 0;

  constructor(mutation: string | null) {
    this.#mutation = mutation;
  }

  get done(): number {
    return this.clean + this.violated + this.unknown;
  }

  add(outcome: SeedOutcome): void {
    this.#milliseconds.push(outcome.milliseconds);
    if (outcome.verdict === 'unknown') this.unknown += 1;
    else if (outcome.verdict === 'violated') {
      this.violated += 1;
      const { check, message } = outcome.failure;
      this.#checks.add(check);
      if (this.#failures.length < FAILURES_KEPT) this.#failures.push({ seed: outcome.seed, check, message });
    } else {
      this.clean += 1;
      for (const [what, count] of Object.entries(outcome.counts))
        this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
    }
  }

  summary({
    seed,
    from,
    ticks,
    once,
  }: {
    seed?: number;
    from: number;
    ticks: number;
    once: boolean;
  }): SimSummary {
    const sorted = [...this.#milliseconds].sort((a, b) => a - b);
    return {
      seeds: this.done,
      from: seed ?? from,
      ticks,
      runsEach: once ? 1 : 2,
      mutation: this.#mutation,
      clean: this.clean,
      violated: this.violated,
      unknown: this.unknown,
      checks: [...this.#checks],
      failures: this.#failures,
      counts: Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))),
      runMillisecondsMedian: sorted[Math.floor(sorted.length / 2)] ?? null,
    };
  }
}
