import type { HistoryCheck } from '../../results/schema/index.js';

/** A verdict on one line. What is not linearizable shouts, and what is not known is called so. */
export function describeHistory(check: HistoryCheck): string {
  const { keys, operations, reads, writes, unknown, operationsMax, because } = check;
  const open = unknown === 0 ? '' : `, ${unknown} of them with an outcome that nobody knows`;
  const cut = check.limitReached ? `; the limit of ${operationsMax} was reached before the end` : '';
  const what = `${operations} operations on ${keys} keys (${reads} reads, ${writes} writes${open})${cut}`;
  const reason = because === null ? '' : `: ${because}`;
  const file = check.counterexample === null ? '' : `; counterexample: ${check.counterexample}`;
  if (check.verdict === 'linearizable') return `history linearizable: ${what}`;
  if (check.verdict === 'unknown') return `history UNKNOWN, no pass${reason}; ${what}`;
  return `history NOT LINEARIZABLE${reason}${file}; ${what}`;
}
