import { BurstSchedule } from './burst-schedule.js';
import { exactMonotonicNs, monotonicNs } from './clock.js';
import type { Exchange } from './exchange.js';
import { decodeHistoryValue, encodeHistoryValue, historyValueBytes } from './history-values.js';
import { historyKey } from './key-names.js';
import { type HistoryCounts, type HistoryPart, noHistoryCounts, type WorkerSetup } from './messages.js';
import type { HistoryOptions } from './options.js';
import { Random } from './random.js';
import { RecordedOperation } from './recorded-operation.js';
import { isCertainRefusal } from './write-outcome.js';

/** Largest share of a client's operations that belong to the history: the rest of the load must stay the load that was asked for. */
const SHARE_MAX = 0.25;
/** More reads than writes: what nobody reads before it is written over proves nothing. */
const READ_SHARE = 2 / 3;

/** The request of a recorded operation. */
export interface RecordedRequest {
  readonly path: string;
  readonly body: Buffer | null;
}

/**
 * One worker's part of the history: operations on keys that nothing else of the run touches, every one of them recorded. So whatever the limit cuts off was
 * never sent, and what was recorded is whole. Invocations are stamped before the request is handed to the HTTP client and completions after its answer was
 * read: an interval may be too wide, which is sound, and never too narrow.
 */
export class HistoryRecorder {
  readonly counts: HistoryCounts = noHistoryCounts();
  readonly #schedule: BurstSchedule;
  readonly #random: Random;
  readonly #keys: readonly string[];
  readonly #valueBytes: number;
  /** Distance of the process numbers of one client: a client whose operation never ended goes on as another process. */
  readonly #stride: number;
  readonly #processes = new Map<number, number>();
  readonly #emit: (part: HistoryPart) => void;
  #times: number[] = [];
  #lines: string[] = [];
  #writes = 0;

  constructor(setup: WorkerSetup, history: HistoryOptions, emit: (part: HistoryPart) => void) {
    const { options, index, runId } = setup;
    this.#schedule = new BurstSchedule(history, options.warmupSeconds + options.durationSeconds, setup);
    this.#random = new Random(options.seed, 0x40000 + index);
    this.#keys = Array.from({ length: history.keys }, (_, key) => historyKey(options.keyPrefix, runId, key));
    this.#valueBytes = historyValueBytes(options.valueBytes);
    this.#stride = historyReader(options.clients) + 1;
    this.#emit = emit;
  }

  get isLimitReached(): boolean {
    return this.#schedule.isUsedUp;
  }

  start(startNs: number): void {
    this.#schedule.start(startNs);
  }

  /** Makes the client's next request one of the history, when one is due. */
  begin(exchange: Exchange, client: number): RecordedRequest | null {
    if (this.#random.nextFloat() >= SHARE_MAX) return null;
    const burst = this.#schedule.take(monotonicNs());
    if (burst === -1) return null;
    const key = this.#keys[this.#schedule.keyOf(burst)]!;
    const process = this.#processes.get(client) ?? client;
    const isRead = this.#random.nextFloat() < READ_SHARE;
    const value = isRead ? null : `${process}-${++this.#writes}`;
    const operation = new RecordedOperation(process, burst, key, value);
    exchange.recorded = operation;
    exchange.isRead = isRead;
    this.counts.operations++;
    this.counts[isRead ? 'reads' : 'writes']++;
    this.#add(operation, 'invoke', value);
    return {
      path: `/kv/${encodeURIComponent(key)}`,
      body: value === null ? null : encodeHistoryValue(value, this.#valueBytes),
    };
  }

  /** `errorKind` is null for an answer that is in order. */
  ended(exchange: Exchange, client: number, errorKind: string | null): void {
    const operation = exchange.recorded!;
    exchange.recorded = null;
    this.#schedule.ended(operation.burst);
    if (errorKind === null) {
      this.counts.ok++;
      this.#add(operation, 'ok', operation.isRead ? this.#valueRead(exchange, operation) : operation.value);
    } else if (hasNoEffect(exchange, operation)) {
      this.counts.failed++;
      this.#add(operation, 'fail', operation.value);
    } else {
      this.counts.unknown++;
      this.#add(operation, 'info', operation.value);
      this.#renewProcess(client);
    }
  }

  /** The HTTP client wrote a request once more by itself: a second write of the same value, of which nobody will hear. */
  resent(exchange: Exchange, client: number): void {
    const { recorded } = exchange;
    if (recorded === null || recorded.isRead) return;
    const process = this.#renewProcess(client);
    this.counts.unknown++;
    this.#add(new RecordedOperation(process, -1, recorded.key, recorded.value), 'invoke', recorded.value);
    this.#renewProcess(client);
  }

  /** Gives on what was recorded since the last call, also nothing: the others' events wait for word that nothing older will come. */
  flush(): void {
    this.#emit({ times: this.#times, lines: this.#lines, upToNs: exactMonotonicNs() });
    this.#times = [];
    this.#lines = [];
  }

  #valueRead(exchange: Exchange, operation: RecordedOperation): string | null {
    if (exchange.status === 404) return null;
    return decodeHistoryValue(operation.answer, operation.answerBytes, this.#valueBytes);
  }

  #renewProcess(client: number): number {
    const next = (this.#processes.get(client) ?? client) + this.#stride;
    this.#processes.set(client, next);
    return next;
  }

  #add({ process, key, isRead }: RecordedOperation, type: string, value: string | null): void {
    const time = exactMonotonicNs();
    this.#times.push(time);
    this.#lines.push(historyLine({ process, type, f: isRead ? 'read' : 'write', key, value, time }));
  }
}

/** The process that reads all keys when the load is over; clients and what they become have every other number. */
export function historyReader(clients: number): number {
  return clients;
}

export function historyLine(event: {
  readonly process: number;
  readonly type: string;
  readonly f: string;
  readonly key: string;
  readonly value: string | null;
  readonly time: number;
}): string {
  return `${JSON.stringify(event)}\n`;
}

/** A read has no effect whatever became of it; a write has none when it was never written to a socket or was refused for certain. */
function hasNoEffect(exchange: Exchange, { isRead, answer }: RecordedOperation): boolean {
  if (isRead || exchange.sentNs === 0) return true;
  return exchange.error === null && isCertainRefusal(exchange.status, answer);
}
