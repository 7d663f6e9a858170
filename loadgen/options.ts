import type { ClientSample, LoadSummary } from '../results/schema/index.js';

export interface LoadOptions {
  /** Base URLs; clients are spread over them in turn. */
  readonly targets: readonly string[];
  /** Closed loop: requests under way at any time. Open loop: connections. */
  readonly clients: number;
  /** Requests per second of the whole generator (open loop), null for a closed loop. */
  readonly rate: number | null;
  readonly arrival: 'poisson' | 'constant';
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  /** Share of reads, 0 to 1. */
  readonly reads: number;
  readonly keys: number;
  /** `uniform`, `zipf:<theta>`, `hotspot` or `sequential`. */
  readonly distribution: string;
  readonly valueBytes: number;
  /** Worker threads. */
  readonly workers: number;
  readonly seed: number;
  readonly requestTimeoutMs: number;
  /** Every n-th request carries a sampled `traceparent`; 0 for none. */
  readonly traceEvery: number;
  /** Keep a ledger of acknowledged writes; each key then belongs to one client, so that the last acknowledged write is known. */
  readonly ledger: boolean;
  readonly keyPrefix: string;
  /** Record a history of operations on keys of its own, to be checked for linearizability; null or absent for none. */
  readonly history?: HistoryOptions | null;
  /** Takes the history as it grows: whole JSON lines (results/schema/history.ts), in the order of time. */
  readonly onHistory?: (lines: string) => void;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called when the warm-up ends and when the measured time ends; the load goes on while it runs. */
  readonly onMeasureStart?: () => Promise<void>;
  readonly onMeasureEnd?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface HistoryOptions {
  /** Keys of the history. They are new in every run and absent at first. */
  readonly keys: number;
  /** Most operations that are recorded in the whole run: the bound on the file and on the checker's memory. Beyond it none is sent to these keys. */
  readonly operationsMax: number;
}

export interface LoadProgress {
  readonly phase: 'connect' | 'warmup' | 'measure' | 'drain';
  readonly elapsedSeconds: number;
  readonly totalSeconds: number;
  /** Of the last interval. */
  readonly throughputPerSecond: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly errors: number;
}

/** What was acknowledged: per key the newest acknowledged sequence, and the newest one ever sent. */
export interface WriteLedger {
  readonly keyPrefix: string;
  readonly valueBytes: number;
  readonly acknowledgedWrites: number;
  readonly keys: readonly LedgerKey[];
  /** 16 hex digits that stand in every value of this run, so that what an earlier run left behind is not taken for it. */
  readonly runId?: string;
}

export interface LedgerKey {
  readonly key: string;
  /** Newest acknowledged sequence, 0 for none. Sequences of a key start at 1 and go up by 1. */
  readonly acknowledged: number;
  readonly sent: number;
  /** Number of the key, as it stands in the values. */
  readonly index?: number;
  /**
   * Writes without an answer (timed out, connection lost, 5xx), if any: such a write may take effect at any later time, even
   * over a newer acknowledged one, and finding it is no loss.
   */
  readonly uncertain?: readonly number[];
}

export interface LoadResult {
  readonly summary: LoadSummary;
  /** Interval log of HdrHistogram, version 1.3, tags `response`, `service`, `queue`. */
  readonly hlog: string;
  readonly samples: readonly ClientSample[];
  readonly ledger: WriteLedger | null;
  /** What was recorded; null without a history. */
  readonly history: HistoryRecord | null;
}

/** How much a history holds. `ok` + `failed` + `unknown` = `operations`, and one `unknown` more for each request that was sent twice. */
export interface HistoryRecord {
  readonly keys: number;
  readonly operations: number;
  readonly reads: number;
  readonly writes: number;
  readonly ok: number;
  /** Certainly without effect. */
  readonly failed: number;
  /** Writes that may take effect at any later time. */
  readonly unknown: number;
  readonly operationsMax: number;
  /** The limit was reached before the end of the run: from then on nothing was recorded, and nothing sent to these keys. */
  readonly limitReached: boolean;
}

export interface ReadBackResult {
  readonly keysChecked: number;
  /** Acknowledged, and the key is gone or holds an older write than the newest acknowledged one. */
  readonly lost: number;
  /** Of `lost`: the key exists with an older write. */
  readonly stale: number;
  /** No answer after all retries. */
  readonly unreadable: number;
}
