import { StrataError } from '../../errors.js';
import type { QueryResult } from '../../state/vocabulary.js';
import type { Call } from './call.js';
import { errorReply } from './error-replies.js';
import { type Glob, prefixEnd } from './glob.js';
import { arrayHead, bulkText, latin1, type Reply } from './reply.js';
import { keysScannedMax, scanCountMax } from './resp-limits.js';

const zeroByte = Buffer.alloc(1);
/** Keys are at least one byte: this is before all of them. */
const firstKey = new Uint8Array(0);

/** A way through the keys of a pattern, page by page. */
export interface Walk {
  readonly glob: Glob;
  readonly end: Uint8Array | null;
  position: Uint8Array;
  scanned: number;
  found: number;
  foundBytes: number;
  text: string;
}

export function beginWalk(glob: Glob, position: Uint8Array | null): Walk {
  const { prefix } = glob;
  return {
    glob,
    end: prefixEnd(prefix),
    position: position ?? (prefix.length === 0 ? firstKey : prefix),
    scanned: 0,
    found: 0,
    foundBytes: 0,
    text: '',
  };
}

/** The next page. Keys of the answer gather in the walk. */
export function askForPage(
  call: Call,
  walk: Walk,
  limit: number,
  finish: (result: QueryResult, call: Call) => Reply | null,
): void {
  call.walk = walk;
  call.query(
    {
      kind: 'range',
      start: walk.position,
      end: walk.end,
      limit,
      bytesMax: call.context.limits.rangeBytesMax,
      keysOnly: true,
    },
    finish,
  );
}

/** Takes a page in. */
export function takePage(walk: Walk, { items }: QueryResult): void {
  for (const { key } of items) {
    if (!walk.glob.matches(key)) continue;
    walk.found += 1;
    walk.foundBytes += key.length;
    walk.text += bulkText(latin1(key));
  }
  walk.scanned += items.length;
  const last = items.at(-1);
  // The first key that can come behind another is that key and a zero byte.
  if (last !== undefined) walk.position = Buffer.concat([last.key, zeroByte]);
}

export function foundKeys(walk: Walk): string {
  return arrayHead(walk.found) + walk.text;
}

/** KEYS goes on until the end, or until it is too much for one answer. */
export function nextPage(result: QueryResult, call: Call): Reply | null {
  const walk = call.walk!;
  const { rangeItemsMax, rangeBytesMax } = call.context.limits;
  takePage(walk, result);
  if (walk.found > rangeItemsMax || walk.foundBytes > rangeBytesMax) {
    return tooMuch('keys in its answer', walk.found, rangeItemsMax);
  }
  if (!result.more) return foundKeys(walk);
  if (walk.scanned >= keysScannedMax) return tooMuch('keys to look at', walk.scanned, keysScannedMax);
  askForPage(call, walk, scanCountMax, nextPage);
  return null;
}

function tooMuch(unit: string, actual: number, limit: number): Reply {
  return errorReply(
    new StrataError('STRATA_COMMAND_TOO_LARGE', { actual, unit: `${unit}, use SCAN,`, limit }),
  );
}
