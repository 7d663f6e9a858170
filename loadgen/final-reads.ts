import { exactMonotonicNs } from './clock.js';
import { historyLine, historyReader } from './history-recorder.js';
import { decodeHistoryValue, historyValueBytes } from './history-values.js';
import { historyKey } from './key-names.js';
import { KeyReader } from './key-reader.js';
import { type HistoryCounts, noHistoryCounts } from './messages.js';
import type { LoadOptions } from './options.js';

const REQUEST_MS_MAX = 1_000;
/** A cluster that is electing gets this long, for all keys together: after it each is asked once. */
const ALL_MS_MAX = 5_000;

/**
 * Ends a history: reads every key once when the load is over. Without it the loss of the last write of a key would leave no trace. One process, one key after the
 * other; a key that gives no answer is a read without effect, and the next is asked.
 */
export async function recordFinalReads(
  options: LoadOptions,
  runId: string,
  write: (lines: string) => void,
): Promise<HistoryCounts> {
  const counts = noHistoryCounts();
  const process = historyReader(options.clients);
  const bytes = historyValueBytes(options.valueBytes);
  const reader = new KeyReader(options.targets, 0, Math.min(REQUEST_MS_MAX, options.requestTimeoutMs));
  const deadlineMs = performance.now() + Math.min(ALL_MS_MAX, options.requestTimeoutMs);
  const add = (type: string, key: string, value: string | null) =>
    write(historyLine({ process, type, f: 'read', key, value, time: exactMonotonicNs() }));
  try {
    for (let index = 0; index < (options.history?.keys ?? 0); index++) {
      options.signal?.throwIfAborted();
      const key = historyKey(options.keyPrefix, runId, index);
      counts.operations++;
      counts.reads++;
      add('invoke', key, null);
      const answer = await reader.read(key, Math.max(0, deadlineMs - performance.now()));
      if (answer === null) {
        counts.failed++;
        add('fail', key, null);
        continue;
      }
      counts.ok++;
      const { value } = answer;
      add('ok', key, value && decodeHistoryValue(value.toString('latin1'), value.length, bytes));
    }
  } finally {
    await reader.close();
  }
  return counts;
}
