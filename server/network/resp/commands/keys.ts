import type { ReadResult, WriteResult } from '../../../ports/key-value-service.js';
import type { Op, QueryResult, Value } from '../../../state/vocabulary.js';
import { word } from '../arguments.js';
import type { Call } from '../call.js';
import { type Args, allKeys, type CommandSpec, command, oneKey, type Steps } from '../command-spec.js';
import { notSupported, unknownSubcommand, wrongArity } from '../error-replies.js';
import { countReply, faultOf, single } from '../op-replies.js';
import { bulkText, integer, nullValue, one, type Reply, simple, valueLength, zero } from '../reply.js';
import { helpReply } from './help.js';

function deleteOp(key: Uint8Array): Op {
  return { kind: 'delete', key, condition: null, returnPrevious: false };
}

function deleteSteps(args: Args): Steps {
  return {
    ops: args.map(deleteOp),
    reply: (results, from) => countReply(results, from, args.length),
  };
}

function runDelete(call: Call): void {
  const { args } = call;
  if (args.length === 1) call.delete(args[0]!, replyChanged);
  else {
    call.steps = deleteSteps(args);
    call.write({ kind: 'batch', ops: call.steps.ops, session: null }, (result, it) =>
      it.steps!.reply(result.results, 0, it.protocol),
    );
  }
}

function replyChanged({ changed }: WriteResult): Reply {
  return changed ? one : zero;
}

function runExists(call: Call): void {
  call.query({ kind: 'many', keys: call.args }, replyExisting);
}

/** A key that is named twice counts twice, as in Redis. */
function replyExisting({ items }: QueryResult): Reply {
  return integer(items.reduce((count, item) => count + (item.revision > 0 ? 1 : 0), 0));
}

function existsSteps(args: Args): Steps {
  return {
    ops: args.map((key) => ({ kind: 'get', key }) as const),
    reply: (results, from) => {
      const found = results.slice(from, from + args.length);
      return integer(found.reduce((count, result) => count + (result.revision > 0 ? 1 : 0), 0));
    },
  };
}

function typeOf(exists: boolean): string {
  return simple(exists ? 'string' : 'none');
}

function replySize({ count }: QueryResult): Reply {
  return integer(count);
}

/** OBJECT: what there is to say of a value that is always a string. */
function runObject(call: Call): void {
  const [subcommand, key] = call.args;
  const name = word(subcommand!);
  if (name === 'HELP') call.answer(helpReply('OBJECT', ['ENCODING <key>', 'REFCOUNT <key>']));
  else if (name === 'IDLETIME' || name === 'FREQ') {
    call.answer(notSupported(`OBJECT ${name}`, 'reads leave no trace'));
  } else if (name !== 'ENCODING' && name !== 'REFCOUNT') {
    call.answer(unknownSubcommand('object', subcommand!));
  } else if (call.args.length !== 2) call.answer(wrongArity(`object|${name.toLowerCase()}`));
  else call.get(key!, name === 'ENCODING' ? replyEncoding : replyRefcount);
}

function replyEncoding({ value }: ReadResult, call: Call): Reply {
  return value === null ? nullValue(call.protocol) : bulkText(encodingOf(value));
}

function replyRefcount({ value }: ReadResult, call: Call): Reply {
  return value === null ? nullValue(call.protocol) : one;
}

/** As Redis would say it of the same bytes. */
function encodingOf(value: Value): string {
  if (typeof value === 'string' && /^(0|-?[1-9][0-9]{0,18})$/.test(value)) {
    if (BigInt.asIntN(64, BigInt(value)) === BigInt(value)) return 'int';
  }
  return valueLength(value) <= 44 ? 'embstr' : 'raw';
}

function existsCommand(name: string, since: string, summary: string): CommandSpec {
  return command({
    name,
    arity: -2,
    effect: 'read',
    keys: allKeys,
    group: 'generic',
    since,
    summary,
    flags: ['fast'],
    run: runExists,
    steps: existsSteps,
  });
}

function deleteCommand(name: string, since: string, summary: string): CommandSpec {
  return command({
    name,
    arity: -2,
    effect: 'write',
    keys: allKeys,
    group: 'generic',
    since,
    summary,
    run: runDelete,
    steps: deleteSteps,
  });
}

export const keyCommands: readonly CommandSpec[] = [
  deleteCommand('del', '1.0.0', 'Delete keys'),
  deleteCommand('unlink', '4.0.0', 'Delete keys; the same as DEL'),
  existsCommand('exists', '1.0.0', 'How many of the keys exist'),
  existsCommand('touch', '3.2.1', 'How many of the keys exist; reads leave no trace'),
  command({
    name: 'type',
    arity: 2,
    effect: 'read',
    keys: oneKey,
    group: 'generic',
    summary: 'Type of a key: string or none',
    flags: ['fast'],
    run: (call) => call.get(call.args[0]!, ({ value }) => typeOf(value !== null)),
    steps: ([key]) =>
      single({ kind: 'get', key: key! }, (result) => faultOf(result) ?? typeOf(result.revision > 0)),
  }),
  command({
    name: 'object',
    arity: -2,
    effect: 'read',
    group: 'generic',
    since: '2.2.3',
    summary: 'How Redis would keep the value: ENCODING, REFCOUNT',
    subcommands: ['encoding', 'refcount', 'help'],
    keys: { first: 2, last: 2, step: 1 },
    run: runObject,
  }),
  command({
    name: 'dbsize',
    arity: 1,
    effect: 'read',
    group: 'server',
    summary: 'Number of keys',
    flags: ['fast'],
    run: (call) => call.query({ kind: 'size' }, replySize),
  }),
];
