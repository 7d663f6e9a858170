import { askNode } from '../../../lib/admin-api.js';

const BATCH = 500;

export interface Filling {
  readonly url: string;
  readonly keys: number;
  readonly valueBytes: number;
  readonly signal: AbortSignal;
}

/** Name of a filled key: what begins with `item-000012` are a hundred keys in a row, when there are that many. */
export function itemKey(at: number): string {
  return `item-${String(at).padStart(8, '0')}`;
}

/** Writes `itemKey(0)` to `itemKey(keys - 1)`, some hundred keys a command. */
export async function fillItems({ url, keys, valueBytes, signal }: Filling): Promise<void> {
  const value = 'v'.repeat(valueBytes);
  for (let first = 0; first < keys; first += BATCH) {
    signal.throwIfAborted();
    const ops = Array.from({ length: Math.min(BATCH, keys - first) }, (_, at) => ({
      op: 'put',
      key: itemKey(first + at),
      value,
    }));
    await askNode({ url }, 'POST', '/batch', { encoding: 'utf8', ops });
  }
}
