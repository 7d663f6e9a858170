import { word } from '../arguments.js';
import type { Call } from '../call.js';
import type { CommandSpec } from '../command-spec.js';
import { unknownSubcommand, wrongArity } from '../error-replies.js';
import {
  array,
  bulk,
  bulkText,
  bulkTexts,
  emptyArray,
  failure,
  integer,
  latin1,
  map,
  nullArray,
  type Protocol,
  type Reply,
  set,
  simple,
} from '../reply.js';
import { helpReply } from './help.js';

export const commandSubcommands: readonly string[] = ['count', 'list', 'info', 'docs', 'getkeys', 'help'];

const invalidCommand = failure('ERR Invalid command specified');
const noKeys = failure('ERR The command has no key arguments');

export function runCommand(call: Call): void {
  const { args, context, protocol } = call;
  const supported = context.table.all.filter((spec) => spec.supported);
  if (args.length === 0) {
    call.answer(array(supported.map((spec) => infoOf(spec, protocol))));
    return;
  }
  const named = args.slice(1).map((arg) => context.table.byName(latin1(arg.subarray(0, 64))));
  switch (word(args[0]!)) {
    case 'COUNT':
      call.answer(args.length === 1 ? integer(supported.length) : wrongArity('command|count'));
      break;
    case 'LIST':
      call.answer(bulkTexts(supported.map(({ name }) => name)));
      break;
    case 'INFO': {
      const wanted = args.length === 1 ? supported : named;
      call.answer(
        array(
          wanted.map((spec) => (spec?.supported === true ? infoOf(spec, protocol) : nullArray(protocol))),
        ),
      );
      break;
    }
    case 'DOCS': {
      const wanted = args.length === 1 ? supported : named.filter((spec) => spec?.supported === true);
      call.answer(
        map(
          wanted.map((spec) => [spec!.name, docsOf(spec!, protocol)]),
          protocol,
        ),
      );
      break;
    }
    case 'GETKEYS':
      call.answer(args.length === 1 ? wrongArity('command|getkeys') : keysOf(named[0]!, args.slice(2)));
      break;
    case 'HELP':
      call.answer(
        helpReply('COMMAND', ['(no subcommand)', 'COUNT', 'LIST', 'INFO [<name> ...]', 'DOCS [<name> ...]']),
      );
      break;
    default:
      call.answer(unknownSubcommand('command', args[0]!));
  }
}

/** The ten fields of Redis 7, the last three empty: tips, key specifications, subcommands. */
function infoOf(spec: CommandSpec, protocol: Protocol): Reply {
  const { name, arity, keys } = spec;
  return array([
    bulkText(name),
    integer(arity),
    set(flagsOf(spec).map(simple), protocol),
    integer(keys?.first ?? 0),
    integer(keys?.last ?? 0),
    integer(keys?.step ?? 0),
    set(categoriesOf(spec).map(simple), protocol),
    emptyArray,
    emptyArray,
    emptyArray,
  ]);
}

function flagsOf({ effect, role, flags }: CommandSpec): string[] {
  const kind =
    effect === 'write' && role === 'write' ? ['write', 'denyoom'] : effect === 'read' ? ['readonly'] : [];
  return [...kind, ...flags];
}

function categoriesOf({ effect, role, group, flags }: CommandSpec): string[] {
  const kind = effect === 'write' && role === 'write' ? ['@write'] : effect === 'read' ? ['@read'] : [];
  const names: Record<CommandSpec['group'], string> = {
    string: '@string',
    generic: '@keyspace',
    connection: '@connection',
    server: '@server',
    transactions: '@transaction',
  };
  return [
    ...kind,
    names[group],
    flags.includes('fast') ? '@fast' : '@slow',
    ...(role === 'admin' ? ['@admin'] : []),
  ];
}

function docsOf({ summary, since, group }: CommandSpec, protocol: Protocol): Reply {
  return map(
    [
      ['summary', bulkText(summary)],
      ['since', bulkText(since)],
      ['group', bulkText(group)],
      ['arguments', emptyArray],
    ],
    protocol,
  );
}

function keysOf(spec: CommandSpec | null, args: readonly Buffer[]): Reply {
  if (spec === null || !spec.supported) return invalidCommand;
  if (spec.keys === null) return noKeys;
  const { first, last, step } = spec.keys;
  const end = last < 0 ? args.length + last : last - 1;
  const keys: Reply[] = [];
  for (let at = first - 1; at <= end; at += step) if (args[at] !== undefined) keys.push(bulk(args[at]!));
  return keys.length === 0 ? invalidCommand : array(keys);
}
