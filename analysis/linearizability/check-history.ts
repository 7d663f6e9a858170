import { checkKey, type KeyOutcome } from './check-key.js';
import { explain } from './explain.js';
import { HistoryError } from './history-error.js';
import { type EqualTimes, type KeyHistory, splitByKey } from './key-history.js';
import {
  checkFunctions,
  type ModelName,
  modelOf,
  type Operation,
  pairOperations,
  type RecordedEvent,
} from './operations.js';
import { type Exhausted, SearchBudget } from './search-budget.js';
import { shrink } from './shrink.js';
import { type JsonValue, ValueTable } from './values.js';
import type { Judged, Verdict } from './verdict.js';

export interface CheckOptions {
  /** `register`: read, write, cas. `kv`: get, put, append, cas. Default: the one that knows the functions of the history. */
  readonly model?: ModelName | undefined;
  /** Before the first operation. `register`: the value of every key, default null (absent). `kv`: an object of keys and values, default {}. */
  readonly initial?: JsonValue | undefined;
  /** Default `concurrent`. A recorder that is one thread, such as a simulator, says more with `in-order`. */
  readonly equalTimes?: EqualTimes | undefined;
  /** Milliseconds of real time; default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Operations placed by the search of one key. Default 200 million, some minutes. */
  readonly stepsMax?: number | undefined;
  /** Bytes of the memory of configurations, of which there is one at a time. Default 512 MiB. */
  readonly memoBytesMax?: number | undefined;
  /** Milliseconds from any zero, for `timeoutMs`. Default `performance.now`. */
  readonly nowMs?: (() => number) | undefined;
}

const STEPS_MAX = 200_000_000;
const MEMO_BYTES_MAX = 512 * 1024 * 1024;
/** Every key gets this many steps before any gets more: one hard key must not keep a plain violation of another from being found. */
const STEPS_FIRST_ROUND = 200_000;
const STEPS_GROWTH = 8;
/** Seconds at most; the verdict is certain already. */
const SHRINK_STEPS_MAX = 3_000_000;

/**
 * Judges a history (`results/schema/history.ts`; times in nanoseconds): is there, for every key, an order of its operations in which each takes effect
 * between its invocation and its completion, and returns what it did return? The verdict is sound and complete; `unknown` when a limit ended it.
 *
 * Keys are judged alone (locality: Herlihy & Wing 1990; partitions: Horn & Kroening 2015). A register whose observed values are unique is decided by
 * zones in O(n log n) (Gibbons & Korach 1997), everything else by the search of Wing & Gong 1993 with the list and the memory of Lowe 2017.
 *
 * @throws HistoryError when the events are no history: malformed, contradictory, or none at all
 */
export function checkHistory(events: readonly RecordedEvent[], options: CheckOptions = {}): Verdict {
  if (events.length === 0) throw new HistoryError(null, 'The history is empty: it tests nothing.');
  const model = options.model ?? modelOf(events);
  checkFunctions(events, model);
  const operations = pairOperations(events);
  const initialOf = initialValues(model, options.initial);
  const histories = splitByKey(operations, new ValueTable(), initialOf, options.equalTimes ?? 'concurrent');
  const open = operations.filter(({ returnNs }) => returnNs === null).length;
  const judged = { keys: histories.length, operations: operations.length, open };
  if (open === operations.length)
    return {
      verdict: 'unknown',
      because: 'no operation completed, so nothing was tested',
      ...judged,
      steps: 0,
    };
  return judge(histories, operations, judged, options);
}

function judge(
  histories: readonly KeyHistory[],
  operations: readonly Operation[],
  judged: Omit<Judged, 'steps'>,
  options: CheckOptions,
): Verdict {
  const { stepsMax = STEPS_MAX, memoBytesMax = MEMO_BYTES_MAX } = options;
  const isTimeUp = deadline(options);
  let steps = 0;
  let rest = [...histories].sort((one, other) => one.operations.length - other.operations.length);
  let limit: Exhausted = 'steps';
  for (
    let share = Math.min(STEPS_FIRST_ROUND, stepsMax);
    rest.length > 0;
    share = Math.min(share * STEPS_GROWTH, stepsMax)
  ) {
    const undecided: KeyHistory[] = [];
    for (const history of rest) {
      const budget = new SearchBudget(share, memoBytesMax, isTimeUp);
      const outcome: KeyOutcome = isTimeUp() ? 'time' : checkKey(history, budget);
      steps += budget.stepsUsed;
      if (outcome === 'linearizable') continue;
      if (outcome === 'not-linearizable') {
        const small = shrink(history, { stepsMax: Math.min(stepsMax, SHRINK_STEPS_MAX), memoBytesMax });
        return {
          verdict: 'not-linearizable',
          counterexample: explain(small, history, operations),
          ...judged,
          steps,
        };
      }
      undecided.push(history);
      limit = outcome;
    }
    rest = undecided;
    if (limit !== 'steps' || share === stepsMax) break;
  }
  if (rest.length === 0) return { verdict: 'linearizable', ...judged, steps };
  return { verdict: 'unknown', because: exhaustion(limit, rest, options), ...judged, steps };
}

function exhaustion(
  limit: Exhausted,
  rest: readonly KeyHistory[],
  { timeoutMs, stepsMax, memoBytesMax }: CheckOptions,
): string {
  const keys = rest.length === 1 ? `key ${JSON.stringify(rest[0]!.key)} is` : `${rest.length} keys are`;
  const limits: Readonly<Record<Exhausted, string>> = {
    time: `the time of ${timeoutMs} ms is over`,
    steps: `the search has taken its ${stepsMax ?? STEPS_MAX} steps`,
    memory: `the memory of configurations is full (${memoBytesMax ?? MEMO_BYTES_MAX} bytes)`,
  };
  return `${limits[limit]} and ${keys} undecided`;
}

function deadline({ timeoutMs, nowMs = () => performance.now() }: CheckOptions): () => boolean {
  if (timeoutMs === undefined) return () => false;
  const endMs = nowMs() + timeoutMs;
  return () => nowMs() >= endMs;
}

function initialValues(model: ModelName, initial: JsonValue | undefined): (key: string) => JsonValue {
  if (model === 'register') return () => initial ?? null;
  if (initial === undefined) return () => null;
  if (typeof initial !== 'object' || initial === null || Array.isArray(initial))
    throw new HistoryError(null, 'The initial value of the model kv is an object of keys and their values.');
  return (key) => (Object.hasOwn(initial, key) ? (initial[key] ?? null) : null);
}
