import type { KeyValueService } from '../../ports/key-value-service.js';
import type { Item, QueryResult } from '../../state/vocabulary.js';
import type { Limits } from '../limits.js';
import type { RouteTools } from './exchange.js';
import { invalid, type Query } from './query.js';
import type { Route } from './router.js';
import { jsonField, type TextEncoding, textEncodings } from './text-encoding.js';

const itemsDefault = 1_000;
/** First byte of a cursor: another layout gets another number, and old cursors are refused. */
const cursorVersion = 1;

/** `GET /kv`: keys in order, page by page. */
export function rangeRoutes(service: KeyValueService, { limits, replier }: RouteTools): Route[] {
  return [
    {
      method: 'GET',
      path: '/kv',
      role: 'read',
      parameters: [
        'prefix',
        'start',
        'end',
        'limit',
        'keys_only',
        'encoding',
        'cursor',
        'consistency',
        'forward',
      ],
      bodyBytesMax: 0,
      kind: 'operation',
      handle: (exchange) => {
        replier.checkRoom();
        const { query, context } = exchange;
        const encoding = query.choice('encoding', textEncodings);
        const keysOnly = query.choice('keys_only', ['false', 'true']) === 'true';
        const limit = query.integer(
          'limit',
          1,
          limits.rangeItemsMax,
          Math.min(itemsDefault, limits.rangeItemsMax),
        );
        const { start, end } = keyRange(query, limits);
        context.forward = query.choice('forward', ['true', 'false']) === 'true';
        const { consistency } = exchange;
        const done = exchange.answer((result: QueryResult) => {
          const headers = ['Content-Type', 'application/json'];
          if (consistency !== 'linearizable')
            headers.push('X-Strata-Applied-Index', String(result.appliedIndex));
          exchange.send(200, headers, Buffer.from(pageText(result, keysOnly, encoding)));
        });
        const from = cursorStart(query, start, end, limits);
        const range = {
          kind: 'range',
          start: from,
          end,
          limit,
          bytesMax: limits.rangeBytesMax,
          keysOnly,
        } as const;
        service.query(range, consistency, context, done);
      },
    },
  ];
}

export interface KeyRange {
  readonly start: Buffer;
  /** Null: to the last key. */
  readonly end: Buffer | null;
}

/** The keys that `key`, `prefix` or `start` and `end` name; all keys when none is given. @throws StrataError STRATA_QUERY_INVALID */
export function keyRange(query: Query, { keyBytesMax }: Limits): KeyRange {
  const bytes = (name: string): Buffer | null => query.bytes(name, keyBytesMax);
  const key = bytes('key');
  const prefix = bytes('prefix');
  const hasEnds = query.has('start') || query.has('end');
  if ((key !== null && (prefix !== null || hasEnds)) || (prefix !== null && hasEnds)) {
    throw invalid(
      key === null ? 'prefix' : 'key',
      'given beside other keys',
      'the only one of key, prefix, start and end',
    );
  }
  if (key !== null) {
    if (key.length === 0) throw invalid('key', '""', 'at least one byte');
    return { start: key, end: after(key) };
  }
  if (prefix !== null) return { start: prefix, end: afterPrefix(prefix) };
  const start = bytes('start') ?? Buffer.alloc(0);
  const end = bytes('end');
  if (end !== null && Buffer.compare(start, end) > 0) throw invalid('end', 'before start', 'after start');
  return { start, end };
}

/** The smallest key above `key`. */
function after(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** The smallest key above all that begin with `prefix`; null when there is none. */
export function afterPrefix(prefix: Uint8Array): Buffer | null {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return null;
  const end = Buffer.from(prefix.subarray(0, length));
  end[length - 1]! += 1;
  return end;
}

function cursorStart(query: Query, start: Buffer, end: Buffer | null, { keyBytesMax }: Limits): Buffer {
  const text = query.text('cursor');
  if (text === null) return start;
  const bytes = Buffer.from(text, 'base64url');
  const isWhole = bytes.toString('base64url') === text && bytes[0] === cursorVersion;
  const from = bytes.subarray(1);
  const isInside =
    from.length <= keyBytesMax + 1 &&
    Buffer.compare(from, start) >= 0 &&
    (end === null || Buffer.compare(from, end) <= 0);
  if (!isWhole || !isInside)
    throw invalid('cursor', 'not of this range', 'the `next` of the page before, with the same keys');
  return from;
}

function pageText(
  { revision, appliedIndex, items, more }: QueryResult,
  keysOnly: boolean,
  encoding: TextEncoding,
): string {
  const last = items.at(-1);
  const next = more && last !== undefined ? Buffer.concat([Buffer.of(cursorVersion), after(last.key)]) : null;
  const texts = items.map((item) => itemText(item, keysOnly, encoding));
  const cursor = next === null ? 'null' : `"${next.toString('base64url')}"`;
  return `{"revision":${revision},"appliedIndex":${appliedIndex},"items":[${texts.join(',')}],"next":${cursor}}`;
}

function itemText(item: Item, keysOnly: boolean, encoding: TextEncoding): string {
  const value = keysOnly ? '' : `,${jsonField('value', item.value, encoding)}`;
  const { revision, createRevision, ttlMs } = item;
  const numbers = `"revision":${revision},"createRevision":${createRevision},"ttlMs":${ttlMs}`;
  return `{${jsonField('key', item.key, encoding)}${value},${numbers}}`;
}
