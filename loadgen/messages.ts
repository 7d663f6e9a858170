import type { MessagePort } from 'node:worker_threads';
import type { ClientSample } from '../results/schema/index.js';
import type { LoadOptions } from './options.js';

/** Options that a worker needs: everything but the callbacks, which cannot cross threads. */
export type WorkerOptions = Omit<
  LoadOptions,
  'onProgress' | 'onHistory' | 'onMeasureStart' | 'onMeasureEnd' | 'signal'
>;

export interface WorkerSetup {
  readonly options: WorkerOptions;
  readonly index: number;
  /** Of the workers that really run. */
  readonly count: number;
  /** Marks the values and trace ids of this run. */
  readonly runId: string;
  readonly control: SharedArrayBuffer;
  readonly live: SharedArrayBuffer;
  /** Open loop: a message comes when a slot of the schedule is due. */
  readonly wakeUps: MessagePort | null;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly startNs: number }
  /** Take the resource counters at both ends of the window. */
  | { readonly kind: 'window'; readonly startNs: number; readonly endNs: number }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'connected'; readonly connections: number; readonly failure: string | null }
  | { readonly kind: 'interval'; readonly interval: IntervalReport }
  | { readonly kind: 'history'; readonly part: HistoryPart }
  | { readonly kind: 'result'; readonly result: WorkerResult };

export type HistogramName = 'put' | 'get' | 'service' | 'queue';

/** One second of the measured window; histograms in HdrHistogram V2 encoding, null where nothing was recorded. */
export interface IntervalReport {
  readonly second: number;
  readonly ops: number;
  readonly errors: number;
  readonly histograms: Readonly<Record<HistogramName, Uint8Array | null>>;
}

/** Counts of the measured window. */
export interface WindowCounts {
  total: number;
  ok: number;
  put: number;
  get: number;
  timedOut: number;
  inFlightAtEnd: number;
  shed: number;
  resends: number;
  /** Time that requests spent between intended start and end or error, inside the window, ns. */
  inSystemNs: number;
}

/** The counts of a window in which nothing has happened yet. */
export function noCounts(): WindowCounts {
  return {
    total: 0,
    ok: 0,
    put: 0,
    get: 0,
    timedOut: 0,
    inFlightAtEnd: 0,
    shed: 0,
    resends: 0,
    inSystemNs: 0,
  };
}

/** What a worker's thread used between the ends of the window. */
export interface WorkerUsage {
  readonly seconds: number;
  readonly eventLoopUtilization: number;
  /** Null where the kernel does not tell a thread's CPU time. */
  readonly cpuSeconds: number | null;
  /** Ready to run, and no CPU free. */
  readonly runQueueSeconds: number | null;
}

/** What one worker recorded since its last part, in the order of time, and up to when that is all. */
export interface HistoryPart {
  readonly times: readonly number[];
  /** One JSON line each, its end included. */
  readonly lines: readonly string[];
  readonly upToNs: number;
}

export interface HistoryCounts {
  operations: number;
  reads: number;
  writes: number;
  ok: number;
  failed: number;
  unknown: number;
}

export function noHistoryCounts(): HistoryCounts {
  return { operations: 0, reads: 0, writes: 0, ok: 0, failed: 0, unknown: 0 };
}

export interface LedgerPart {
  /** Indexed by key; only the keys of this worker's clients are set. */
  readonly acknowledged: Uint32Array;
  readonly sent: Uint32Array;
  readonly uncertain: ReadonlyMap<number, readonly number[]>;
  readonly acknowledgedWrites: number;
}

export interface WorkerResult {
  readonly counts: WindowCounts;
  readonly errors: ReadonlyMap<string, number>;
  /** Encoded histogram: how late the generator itself took up a slot. Null in a closed loop. */
  readonly scheduleLag: Uint8Array | null;
  /** Encoded histogram: ages at the end of the window of the requests counted in `inFlightAtEnd`. */
  readonly inFlightAges: Uint8Array;
  readonly samples: readonly ClientSample[];
  readonly usage: WorkerUsage;
  readonly ledger: LedgerPart | null;
  readonly history: { readonly counts: HistoryCounts; readonly isLimitReached: boolean } | null;
}
