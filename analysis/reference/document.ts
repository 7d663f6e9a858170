/**
 * What the reference document says, as data with the number of its claim. Its figures were estimates from code review; ours stand
 * beside them. Latencies in microseconds.
 */
export interface DocumentLevel {
  readonly name: string;
  readonly clients: number;
  readonly throughputPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** C8. */
export const DOCUMENT_LEVELS: readonly DocumentLevel[] = [
  { name: 'low', clients: 10, throughputPerSecond: 5_000, p50Us: 3_000, p99Us: 10_000 },
  { name: 'mid', clients: 100, throughputPerSecond: 20_000, p50Us: 5_000, p99Us: 15_000 },
  { name: 'high', clients: 1_000, throughputPerSecond: 40_000, p50Us: 8_000, p99Us: 25_000 },
];

/** C8, high concurrency with heavy lock contention. */
export const DOCUMENT_CONTENDED = { throughputPerSecond: 15_000, p50Us: 15_000, p99Us: 80_000 } as const;

/** N10. */
export const DOCUMENT_MID_RANGE = '15,000 to 25,000/s, p50 3 to 8 ms, p99 10 to 20 ms';

/** §1.4 and §5.1: what the document measured itself, a test of the CPU alone. */
export const DOCUMENT_CPU_TEST = {
  throughputPerSecond: 11_594,
  latencyUs: 86,
  threads: 4,
  operations: 1_000,
} as const;

/** L1: throughput range of each strategy; G is ours, the document has no shared fsync. */
export const DOCUMENT_STRATEGIES = {
  A: { text: '100 to 1,000', low: 100, high: 1_000 },
  B: { text: '10,000 to 50,000', low: 10_000, high: 50_000 },
  C: { text: '50,000 to 200,000', low: 50_000, high: 200_000 },
  G: null,
} as const;

/** L10: `strace -c` of the document's healthy server, share of syscall time and microseconds per call. */
export const DOCUMENT_SYSCALLS: Readonly<
  Record<string, { readonly share: number; readonly usPerCall: number }>
> = {
  futex: { share: 0.4567, usPerCall: 150 },
  write: { share: 0.2534, usPerCall: 80 },
  fsync: { share: 0.1523, usPerCall: 1_200 },
  read: { share: 0.0891, usPerCall: 25 },
  mmap: { share: 0.0245, usPerCall: 10 },
  munmap: { share: 0.0189, usPerCall: 15 },
  clone: { share: 0.0051, usPerCall: 12 },
};

/** C4: milliseconds, and how many heartbeats an election time-out is long. */
export const DOCUMENT_TIMEOUTS = {
  heartbeat: { low: 50, high: 150 },
  election: { low: 300, high: 600 },
  ratio: { low: 3, high: 6 },
} as const;

/** L8. */
export const DOCUMENT_BASELINE = {
  sequentialWrite: '4.2 GB/s (page cache)',
  sequentialRead: '12.8 GB/s (page cache)',
} as const;

/** The document's row for this number of clients, when it has one. */
export function documentLevel(clients: number): DocumentLevel | null {
  return DOCUMENT_LEVELS.find((level) => level.clients === clients) ?? null;
}
