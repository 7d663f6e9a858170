import type { ReadResult, WriteResult } from '../../../ports/key-value-service.js';
import type { CommandResult, QueryResult, Value } from '../../../state/vocabulary.js';
import { int64, integerArgument } from '../arguments.js';
import type { Call } from '../call.js';
import {
  type Args,
  allKeys,
  type CommandSpec,
  command,
  keyValuePairs,
  oneKey,
  type Steps,
} from '../command-spec.js';
import { notAnInteger, wrongArity } from '../error-replies.js';
import { faultOf, put, single, valueReply } from '../op-replies.js';
import {
  array,
  bulk,
  bulkOrNull,
  failure,
  integer,
  nullValue,
  ok,
  one,
  type Protocol,
  type Reply,
  valueLength,
  valueSlice,
  valueText,
  zero,
} from '../reply.js';
import { getex, setSteps, setWithSeconds } from './set-options.js';

const noBytes = Buffer.alloc(0);
const noDecrement = failure('ERR decrement would overflow');

// The two that carry the load: no array of steps, no object of their own.

function runGet(call: Call): void {
  call.get(call.args[0]!, replyValue);
}

function replyValue({ value }: ReadResult, call: Call): Reply {
  return value === null ? nullValue(call.protocol) : bulk(value);
}

function runSet(call: Call): void {
  const { args } = call;
  if (args.length === 2) {
    call.put(args[0]!, args[1]!, replyOk);
    return;
  }
  const steps = setSteps(args);
  if (typeof steps === 'string') call.answer(steps);
  else {
    call.steps = steps;
    call.write({ kind: 'batch', ops: steps.ops, session: null }, replySteps);
  }
}

function replyOk(_result: WriteResult): Reply {
  return ok;
}

function replySteps(result: CommandResult, call: Call): Reply {
  return call.steps!.reply(result.results, 0, call.protocol);
}

/** A read of one key whose answer follows from the value alone, outside of MULTI and inside. */
function valueCommand(
  given: Pick<CommandSpec, 'name' | 'arity' | 'summary' | 'since'>,
  /** Checks the arguments once; a text is the error. */
  prepare: (args: Args) => ((value: Value | null, protocol: Protocol) => Reply) | string,
): CommandSpec {
  const finish = (result: ReadResult, call: Call): Reply => {
    const reply = prepare(call.args);
    return typeof reply === 'string' ? reply : reply(result.value, call.protocol);
  };
  return command({
    ...given,
    effect: 'read',
    keys: oneKey,
    group: 'string',
    flags: ['fast'],
    run: (call) => {
      const prepared = prepare(call.args);
      if (typeof prepared === 'string') call.answer(prepared);
      else call.get(call.args[0]!, finish);
    },
    steps: (args) => {
      const prepared = prepare(args);
      if (typeof prepared === 'string') return prepared;
      return single({ kind: 'get', key: args[0]! }, (result, protocol) => prepared(result.value, protocol));
    },
  });
}

function range(args: Args): ((value: Value | null) => Reply) | string {
  const first = integerArgument(args[1]!);
  const last = integerArgument(args[2]!);
  if (first === null || last === null) return notAnInteger;
  return (value) => {
    const length = valueLength(value);
    const start = Math.max(0, first < 0 ? length + first : first);
    const end = Math.min(length - 1, last < 0 ? length + last : last);
    // As Redis: both from behind and the wrong way round is empty too.
    return value === null || start > end ? bulk('') : bulk(valueSlice(value, start, end + 1));
  };
}

function runMany(call: Call): void {
  call.query({ kind: 'many', keys: call.args }, replyMany);
}

function replyMany({ items }: QueryResult, call: Call): Reply {
  return array(items.map((item) => bulkOrNull(item.value, call.protocol)));
}

function pairs(args: Args, commandName: string): Steps | string {
  if (args.length % 2 !== 0) return wrongArity(commandName);
  const ops = [];
  for (let i = 0; i < args.length; i += 2) ops.push(put(args[i]!, args[i + 1]!));
  return { ops, reply: () => ok };
}

/** All or nothing: the keys are compared before the first is set. */
function runMsetnx(call: Call): void {
  const steps = pairs(call.args, 'msetnx');
  if (typeof steps === 'string') {
    call.answer(steps);
    return;
  }
  const compares = steps.ops.map(({ key }) => ({ target: 'exists', key, exists: false }) as const);
  call.write({ kind: 'txn', compares, success: steps.ops, failure: [], session: null }, replySucceeded);
}

function replySucceeded({ succeeded }: CommandResult): Reply {
  return succeeded ? one : zero;
}

function increment(key: Uint8Array, delta: bigint | null): Steps | string {
  if (delta === null) return notAnInteger;
  return single({ kind: 'increment', key, delta }, (result) => integer(valueText(result.value!)));
}

function decrement(key: Uint8Array, delta: bigint | null): Steps | string {
  // The one number whose negation has no place in 64 bits.
  return delta === -(2n ** 63n) ? noDecrement : increment(key, delta === null ? null : -delta);
}

/** A write told by the results of its steps. */
function stepsCommand(
  given: Pick<CommandSpec, 'name' | 'arity' | 'summary' | 'since'> & Partial<CommandSpec>,
  steps: NonNullable<CommandSpec['steps']>,
): CommandSpec {
  return command({ effect: 'write', keys: oneKey, group: 'string', ...given, steps });
}

export const stringCommands: readonly CommandSpec[] = [
  command({
    name: 'get',
    arity: 2,
    effect: 'read',
    keys: oneKey,
    group: 'string',
    summary: 'Get the value of a key',
    flags: ['fast'],
    run: runGet,
    steps: ([key]) => single({ kind: 'get', key: key! }, valueReply),
  }),
  command({
    name: 'set',
    arity: -3,
    effect: 'write',
    keys: oneKey,
    group: 'string',
    summary: 'Set the value of a key; options NX XX GET EX PX KEEPTTL',
    run: runSet,
    steps: setSteps,
  }),
  stepsCommand(
    { name: 'setnx', arity: 3, since: '1.0.0', summary: 'Set a key that does not exist', flags: ['fast'] },
    ([key, value]) =>
      single(
        {
          kind: 'put',
          key: key!,
          value: value!,
          ttl: null,
          condition: { kind: 'absent' },
          returnPrevious: false,
        },
        // Not `changed`, which says whether it was created: the same here, but only when the condition held.
        (result) => (result.status === 'ok' ? one : zero),
      ),
  ),
  stepsCommand(
    { name: 'setex', arity: 4, since: '2.0.0', summary: 'Set a key and its time to live in seconds' },
    (args) => setWithSeconds(args, 1_000, 'setex'),
  ),
  stepsCommand(
    { name: 'psetex', arity: 4, since: '2.6.0', summary: 'Set a key and its time to live in milliseconds' },
    (args) => setWithSeconds(args, 1, 'psetex'),
  ),
  command({
    name: 'mget',
    arity: -2,
    effect: 'read',
    keys: allKeys,
    group: 'string',
    summary: 'Get the values of several keys at one moment',
    flags: ['fast'],
    run: runMany,
    steps: (args) => ({
      ops: args.map((key) => ({ kind: 'get', key }) as const),
      reply: (results, from, protocol) =>
        array(
          args.map((_, i) => faultOf(results[from + i]!) ?? bulkOrNull(results[from + i]!.value, protocol)),
        ),
    }),
  }),
  stepsCommand(
    {
      name: 'mset',
      arity: -3,
      since: '1.0.1',
      keys: keyValuePairs,
      summary: 'Set several keys at one moment',
    },
    (args) => pairs(args, 'mset'),
  ),
  command({
    name: 'msetnx',
    arity: -3,
    effect: 'write',
    keys: keyValuePairs,
    group: 'string',
    since: '1.0.1',
    summary: 'Set several keys if none of them exists; not inside MULTI',
    run: runMsetnx,
  }),
  stepsCommand(
    { name: 'getdel', arity: 2, since: '6.2.0', summary: 'Get the value of a key and delete it' },
    ([key]) => single({ kind: 'delete', key: key!, condition: null, returnPrevious: true }, valueReply),
  ),
  stepsCommand(
    { name: 'getset', arity: 3, since: '1.0.0', summary: 'Set a key and get the value before' },
    ([key, value]) => single(put(key!, value!, null, true), valueReply),
  ),
  stepsCommand(
    {
      name: 'getex',
      arity: -2,
      since: '6.2.0',
      summary: 'Get the value of a key and change its time to live; options EX PX PERSIST',
    },
    getex,
  ),
  stepsCommand(
    { name: 'append', arity: 3, since: '2.0.0', summary: 'Append to the value of a key', flags: ['fast'] },
    ([key, value]) =>
      single({ kind: 'append', key: key!, value: value ?? noBytes }, (result) => integer(result.count)),
  ),
  stepsCommand({ name: 'incr', arity: 2, since: '1.0.0', summary: 'Add one', flags: ['fast'] }, ([key]) =>
    increment(key!, 1n),
  ),
  stepsCommand(
    { name: 'incrby', arity: 3, since: '1.0.0', summary: 'Add an integer', flags: ['fast'] },
    ([key, delta]) => increment(key!, int64(delta!)),
  ),
  stepsCommand(
    { name: 'decr', arity: 2, since: '1.0.0', summary: 'Subtract one', flags: ['fast'] },
    ([key]) => increment(key!, -1n),
  ),
  stepsCommand(
    { name: 'decrby', arity: 3, since: '1.0.0', summary: 'Subtract an integer', flags: ['fast'] },
    ([key, delta]) => decrement(key!, int64(delta!)),
  ),
  valueCommand(
    { name: 'strlen', arity: 2, since: '2.2.0', summary: 'Length of the value of a key' },
    () => (value) => integer(valueLength(value)),
  ),
  valueCommand({ name: 'getrange', arity: 4, since: '2.4.0', summary: 'Part of the value of a key' }, range),
  valueCommand({ name: 'substr', arity: 4, since: '1.0.0', summary: 'GETRANGE by its old name' }, range),
];
