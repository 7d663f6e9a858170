/** A throughput that the document promises at one of its levels, per second. Estimates, like all of them. */
export interface DocumentPromise {
  readonly what: string;
  readonly clients: number;
  readonly low: number;
  readonly high: number;
}

/** The sums of its road map (its §6) and of its summary. */
export const DOCUMENT_PROMISES: readonly DocumentPromise[] = [
  { what: 'road map: today', clients: 100, low: 15_000, high: 25_000 },
  { what: 'road map: after phase 1', clients: 100, low: 30_000, high: 50_000 },
  { what: 'road map: after phase 2', clients: 100, low: 50_000, high: 100_000 },
  { what: 'road map: after phase 3', clients: 100, low: 100_000, high: 300_000 },
  { what: 'summary: today', clients: 10, low: 5_000, high: 10_000 },
  { what: 'summary: today', clients: 100, low: 15_000, high: 25_000 },
  { what: 'summary: today, under lock contention', clients: 1_000, low: 10_000, high: 15_000 },
  { what: 'summary: after every P0', clients: 10, low: 10_000, high: 20_000 },
  { what: 'summary: after every P0', clients: 100, low: 40_000, high: 80_000 },
  { what: 'summary: after every P0', clients: 1_000, low: 100_000, high: 200_000 },
];
