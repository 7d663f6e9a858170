import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import {
  checkHistory,
  parseHistory,
  renderTimelineText,
  type Verdict,
} from '../../analysis/linearizability/index.js';
import type { HistoryRecord } from '../../loadgen/options.js';
import type { HistoryCheck } from '../../results/schema/index.js';
import type { HistoryRecording } from './history-recording.js';

const CHECK_MS_MAX = 60_000;
/** A history with less tested nothing, and says so. What is broken in it is broken all the same. */
const ANSWERED_MIN = 50;
const EACH_MIN = 10;

/** Checks the history of a load that is over. Paths in the result are relative to `folder`; null: absolute. */
export function judgeHistory(
  recording: HistoryRecording,
  record: HistoryRecord,
  folder: string | null,
): HistoryCheck {
  const name = (path: string) => (folder === null ? path : relative(folder, path));
  const startMs = performance.now();
  const found = judge(recording.path, record);
  const { counterexamplePath } = recording;
  // One of an earlier run with the same file must not be taken for this one's.
  rmSync(counterexamplePath, { force: true });
  const isBroken = found.verdict === 'not-linearizable';
  if (isBroken) writeFileSync(counterexamplePath, `${renderTimelineText(found.counterexample)}\n`);
  return {
    file: name(recording.path),
    model: 'register',
    ...record,
    verdict: found.verdict,
    because: becauseOf(found),
    counterexample: isBroken ? name(counterexamplePath) : null,
    checkSeconds: (performance.now() - startMs) / 1_000,
  };
}

type Found =
  | { readonly verdict: 'linearizable' }
  | { readonly verdict: 'unknown'; readonly because: string }
  | Extract<Verdict, { readonly verdict: 'not-linearizable' }>;

function judge(path: string, record: HistoryRecord): Found {
  const tooFew = whyTooFew(record);
  const events = parseHistory(readFileSync(path, 'utf8'));
  if (events.length === 0) return { verdict: 'unknown', because: tooFew ?? 'the history is empty' };
  // The keys are new in each run, so that none has a value before its first write.
  const verdict = checkHistory(events, { model: 'register', initial: null, timeoutMs: CHECK_MS_MAX });
  if (verdict.verdict === 'not-linearizable' || tooFew === null) return verdict;
  return { verdict: 'unknown', because: tooFew };
}

/** Null for a history from which something follows. */
export function whyTooFew({ ok, reads, writes }: HistoryRecord): string | null {
  if (ok >= ANSWERED_MIN && reads >= EACH_MIN && writes >= EACH_MIN) return null;
  return `it tested nothing: ${ok} operations were answered (${reads} reads and ${writes} writes were sent), and fewer than ${ANSWERED_MIN}, or fewer than ${EACH_MIN} of a kind, prove nothing`;
}

function becauseOf(found: Found): string | null {
  if (found.verdict === 'linearizable') return null;
  if (found.verdict === 'unknown') return found.because;
  const { key, because, operations } = found.counterexample;
  return `${operations.length} operations on key ${key} have no order: ${because.replace(/\.$/, '')}`;
}
