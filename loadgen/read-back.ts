import { keyName } from './key-names.js';
import { type Answer, KeyReader } from './key-reader.js';
import { LoadError } from './load-error.js';
import type { LedgerKey, ReadBackResult, WriteLedger } from './options.js';
import { parseLedgerHeader } from './values.js';

export interface ReadBackOptions {
  /** Reads under way at a time. */
  readonly concurrency?: number;
  readonly requestTimeoutMs?: number;
  /** A key that gives no answer is asked for again, from the next target each time, for this long. */
  readonly keyTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Finding = 'kept' | 'gone' | 'older' | 'unreadable';

/**
 * Reads every key with an acknowledged write again, linearizably, and compares: what is found must be at least the newest acknowledged
 * write and at most the newest one sent. A write without an answer may legally be found or not, also over a newer
 * acknowledged one. A value of another run, of another key or never sent counts as the loss of the acknowledged one.
 */
export async function readBack(
  ledger: WriteLedger,
  targets: readonly string[],
  options: ReadBackOptions = {},
): Promise<ReadBackResult> {
  if (targets.length === 0)
    throw new LoadError('STRATA_LOAD_OPTIONS', 'targets is empty; name at least one base URL.');
  const { concurrency = 64, requestTimeoutMs = 5_000, keyTimeoutMs = 30_000, signal } = options;
  const waiting = ledger.keys.filter((key) => key.acknowledged > 0).reverse();
  const keysChecked = waiting.length;
  const findings: Record<Finding, number> = { kept: 0, gone: 0, older: 0, unreadable: 0 };
  const read = async (number: number) => {
    const reader = new KeyReader(targets, number, requestTimeoutMs);
    try {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        signal?.throwIfAborted();
        const answer = await reader.read(key.key, keyTimeoutMs);
        findings[answer === null ? 'unreadable' : judge(ledger, key, answer)]++;
      }
    } finally {
      await reader.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, keysChecked) }, (_, number) => read(number)));
  return {
    keysChecked,
    lost: findings.gone + findings.older,
    stale: findings.older,
    unreadable: findings.unreadable,
  };
}

/** Compares what is in the store with what the ledger says must be there. */
export function judge(ledger: WriteLedger, key: LedgerKey, answer: Answer): Exclude<Finding, 'unreadable'> {
  if (answer.value === null) return 'gone';
  const found = parseLedgerHeader(answer.value);
  if (found === null || answer.value.length !== ledger.valueBytes) return 'older';
  if (ledger.runId !== undefined && found.runId !== ledger.runId) return 'older';
  if (keyName(ledger.keyPrefix, found.key) !== key.key) return 'older';
  if (found.sequence > key.sent) return 'older';
  if (found.sequence >= key.acknowledged) return 'kept';
  return key.uncertain?.includes(found.sequence) ? 'kept' : 'older';
}
