/** Reads that look at more than one key. */
import type { Store, StoredValue } from './store.js';
import { keyText, textBytes } from './value.js';
import type { Item, Query, QueryResult } from './vocabulary.js';

/** `nowMs` is cluster time and only says how long keys have left: a key is there until its end is applied. */
export function runQuery(store: Store, appliedIndex: number, query: Query, nowMs: number): QueryResult {
  const { revision } = store;
  switch (query.kind) {
    case 'size':
      return { revision, appliedIndex, items: [], more: false, count: store.size };
    case 'many': {
      let count = 0;
      const items: Item[] = [];
      for (const key of query.keys) {
        const found = store.get(keyText(key));
        if (found !== undefined) count += 1;
        items.push(found === undefined ? absent(key) : item(key, found, false, nowMs));
      }
      return { revision, appliedIndex, items, more: false, count };
    }
    case 'range': {
      const items: Item[] = [];
      const more = collectRange(store, query, nowMs, items);
      return { revision, appliedIndex, items, more, count: items.length };
    }
  }
}

/** True when the range goes on behind the last item. */
function collectRange(
  store: Store,
  query: Extract<Query, { kind: 'range' }>,
  nowMs: number,
  items: Item[],
): boolean {
  const { limit, bytesMax, keysOnly } = query;
  const end = query.end === null ? null : keyText(query.end);
  const cursor = store.cursor(keyText(query.start));
  let bytes = 0;
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) {
    if (end !== null && key >= end) return false;
    if (items.length > 0 && items.length >= limit) return true;
    const found = store.get(key)!;
    bytes += key.length + (keysOnly ? 0 : found.value.length);
    if (items.length > 0 && bytes > bytesMax) return true;
    items.push(item(textBytes(key), found, keysOnly, nowMs));
  }
  return false;
}

function item(key: Uint8Array, found: StoredValue, keysOnly: boolean, nowMs: number): Item {
  const { value, revision, createRevision, expiresAtMs } = found;
  const ttlMs = expiresAtMs === 0 ? null : Math.max(1, expiresAtMs - nowMs);
  return { key, value: keysOnly ? null : value, revision, createRevision, ttlMs };
}

function absent(key: Uint8Array): Item {
  return { key, value: null, revision: 0, createRevision: 0, ttlMs: null };
}
