import type { ClientPool } from './clients/client-pool.js';
import type { HistoryRecorder } from './clients/history-recorder.js';
import type { Monitor } from './monitor.js';
import type { Recovery } from './recovery.js';
import type { RunFigures } from './verdict.js';

/** A key that came into use so late says nothing about the run. */
const USES_TO_COUNT = 40;

export interface Measured {
  readonly recorder: HistoryRecorder;
  readonly pool: ClientPool;
  readonly monitor: Monitor;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly calmMs: number;
  readonly recovery: Recovery;
}

/** What a run did, in numbers. */
export function figuresOf({
  recorder,
  pool,
  monitor,
  startedMs,
  endedMs,
  calmMs,
  recovery,
}: Measured): RunFigures {
  const count = { ok: 0, fail: 0, info: 0 };
  const okOfKey = new Map<string, number>();
  let calm = 0;
  let lastOkMs = startedMs;
  let longestGapMs = 0;
  for (const { outcome, key, atMs } of recorder.completions) {
    if (atMs > endedMs) break;
    count[outcome] += 1;
    if (outcome !== 'ok') continue;
    if (atMs < startedMs + calmMs) calm += 1;
    okOfKey.set(key, (okOfKey.get(key) ?? 0) + 1);
    longestGapMs = Math.max(longestGapMs, atMs - lastOkMs);
    lastOkMs = atMs;
  }
  const used = pool.keys.all.filter(({ uses }) => uses >= USES_TO_COUNT);
  return {
    ...count,
    okPerKeyMin: used.length === 0 ? 0 : Math.min(...used.map(({ name }) => okOfKey.get(name) ?? 0)),
    calmRate: calm / (calmMs / 1000),
    elections: Math.max(0, monitor.terms.size - 1),
    leaders: new Set(monitor.terms.values()).size,
    longestGapMs: Math.round(Math.max(longestGapMs, endedMs - lastOkMs)),
    compacted: recovery.compacted,
  };
}
