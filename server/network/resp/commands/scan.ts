import { StrataError } from '../../../errors.js';
import type { QueryResult } from '../../../state/vocabulary.js';
import { integerArgument, word } from '../arguments.js';
import type { Call } from '../call.js';
import { type Args, type CommandSpec, command } from '../command-spec.js';
import { errorReply, notAnInteger, syntaxError } from '../error-replies.js';
import { Glob } from '../glob.js';
import { arrayHead, bulkText, failure, latin1, type Reply } from '../reply.js';
import { patternBytesMax, scanCountMax } from '../resp-limits.js';
import { askForPage, beginWalk, foundKeys, nextPage, takePage } from '../scan-walk.js';

const invalidCursor = failure('ERR invalid cursor');
const all = Buffer.from('*');
const countDefault = 10;

interface ScanOptions {
  readonly pattern: Uint8Array;
  readonly count: number;
  /** Of another type than string there are no keys. */
  readonly strings: boolean;
}

/** SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]. */
function scanOptions(args: Args): ScanOptions | string {
  let pattern: Uint8Array = all;
  let count = countDefault;
  let strings = true;
  for (let i = 1; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return syntaxError;
    const option = word(args[i]!);
    if (option === 'MATCH') pattern = value;
    else if (option === 'TYPE') strings = word(value) === 'STRING';
    else if (option === 'COUNT') {
      const given = integerArgument(value);
      if (given === null) return notAnInteger;
      if (given < 1) return syntaxError;
      count = Math.min(given, scanCountMax);
    } else return syntaxError;
  }
  return { pattern, count, strings };
}

function patternRefusal(pattern: Uint8Array): string | null {
  if (pattern.length <= patternBytesMax) return null;
  const details = { actual: pattern.length, unit: 'bytes in its pattern', limit: patternBytesMax };
  return errorReply(new StrataError('STRATA_COMMAND_TOO_LARGE', details));
}

function runScan(call: Call): void {
  const { args, context } = call;
  const options = scanOptions(args);
  if (typeof options === 'string') {
    call.answer(options);
    return;
  }
  const cursor = latin1(args[0]!.subarray(0, 32));
  if (!/^[0-9]{1,20}$/.test(cursor)) {
    call.answer(invalidCursor);
    return;
  }
  const refusal = patternRefusal(options.pattern);
  if (refusal !== null) {
    call.answer(refusal);
    return;
  }
  const position = cursor === '0' ? null : context.cursors.find(cursor);
  if (position === null && cursor !== '0') {
    call.answer(errorReply(new StrataError('STRATA_CURSOR_UNKNOWN', { cursor })));
  } else if (!options.strings) call.answer(scanReply('0', '*0\r\n'));
  else askForPage(call, beginWalk(new Glob(options.pattern), position), options.count, replyScan);
}

/**
 * Every key that is there from the first call to the last is told: keys are walked in order, and a page goes on behind the last key it looked at,
 * whether that key still exists or not.
 */
function replyScan(result: QueryResult, call: Call): Reply {
  const walk = call.walk!;
  takePage(walk, result);
  const cursor = result.more ? call.context.cursors.remember(walk.position) : '0';
  return scanReply(cursor, foundKeys(walk));
}

function scanReply(cursor: string, keys: string): string {
  return arrayHead(2) + bulkText(cursor) + keys;
}

function runKeys(call: Call): void {
  const pattern = call.args[0]!;
  const refusal = patternRefusal(pattern);
  if (refusal !== null) call.answer(refusal);
  else askForPage(call, beginWalk(new Glob(pattern), null), scanCountMax, nextPage);
}

export const scanCommands: readonly CommandSpec[] = [
  command({
    name: 'keys',
    arity: 2,
    effect: 'read',
    group: 'generic',
    summary: 'Keys that match a pattern, up to limits.rangeItemsMax of them',
    run: runKeys,
  }),
  command({
    name: 'scan',
    arity: -2,
    effect: 'read',
    group: 'generic',
    since: '2.8.0',
    summary: 'A page of the keys; options MATCH COUNT TYPE. A scan stays on one node',
    run: runScan,
  }),
];
