import type { Consistency } from '../../../ports/key-value-service.js';
import { allows } from '../../security/authenticator.js';
import { word } from '../arguments.js';
import type { Call } from '../call.js';
import { noPermission, notSupported, syntaxError, unknownSubcommand, wrongArity } from '../error-replies.js';
import { bulkText, failure, integer, latin1, nullValue, ok, type Reply, verbatim } from '../reply.js';
import { clientListMax, clientNameBytesMax } from '../resp-limits.js';
import type { Session } from '../session.js';
import { helpReply } from './help.js';

export const invalidName = failure(
  'ERR Client names cannot contain spaces, newlines or special characters, or be longer than 256 bytes.',
);
const invalidInfo = failure(
  'ERR Library names and versions cannot contain spaces, newlines or special characters, or be longer than 256 bytes.',
);

/** Printable characters without blanks, as in Redis; null for anything else. */
export function clientName(bytes: Buffer): string | null {
  if (bytes.length > clientNameBytesMax) return null;
  const text = latin1(bytes);
  return /^[\x21-\x7e]*$/.test(text) ? text : null;
}

const consistencies: readonly Consistency[] = ['linearizable', 'lease', 'stale'];

interface Subcommand {
  /** Arguments with CLIENT and the subcommand; negative: at least. */
  readonly arity: number;
  readonly help: string;
  readonly run: (call: Call) => Reply;
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  ID: { arity: 2, help: 'ID', run: ({ session }) => integer(session.id) },
  INFO: { arity: 2, help: 'INFO', run: (call) => verbatim(clientLine(call, call.session), call.protocol) },
  LIST: { arity: -2, help: 'LIST', run: list },
  GETNAME: {
    arity: 2,
    help: 'GETNAME',
    run: ({ session, protocol }) => (session.name === '' ? nullValue(protocol) : bulkText(session.name)),
  },
  SETNAME: { arity: 3, help: 'SETNAME <name>', run: setName },
  SETINFO: { arity: 4, help: 'SETINFO (LIB-NAME|LIB-VER) <value>', run: setInfo },
  // Nothing is evicted here and reads leave no trace, so there is nothing to switch.
  'NO-EVICT': { arity: 3, help: 'NO-EVICT (ON|OFF)', run: onOrOff },
  'NO-TOUCH': { arity: 3, help: 'NO-TOUCH (ON|OFF)', run: onOrOff },
  REPLY: { arity: 3, help: 'REPLY ON', run: reply },
  CONSISTENCY: {
    arity: -2,
    help: 'CONSISTENCY [linearizable|lease|stale]: of reads on this connection',
    run: consistency,
  },
};

export const clientSubcommands: readonly string[] = [
  ...Object.keys(subcommands).map((name) => name.toLowerCase()),
  'help',
];

const refusals: Readonly<Record<string, string>> = {
  KILL: 'end the client instead',
  PAUSE: 'the clients of one node are not the clients of the cluster',
  UNPAUSE: 'the clients of one node are not the clients of the cluster',
  TRACKING: 'this listener does not push; watch over HTTP (GET /watch)',
  TRACKINGINFO: 'this listener does not push; watch over HTTP (GET /watch)',
  CACHING: 'this listener does not push; watch over HTTP (GET /watch)',
  GETREDIR: 'this listener does not push; watch over HTTP (GET /watch)',
  UNBLOCK: 'no command blocks',
};

export function runClient(call: Call): void {
  const { args } = call;
  const name = word(args[0]!);
  if (name === 'HELP') {
    call.answer(
      helpReply(
        'CLIENT',
        Object.values(subcommands).map(({ help }) => help),
      ),
    );
    return;
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name]! : null;
  if (subcommand === null) {
    const why = Object.hasOwn(refusals, name) ? refusals[name]! : null;
    call.answer(why === null ? unknownSubcommand('client', args[0]!) : notSupported(`CLIENT ${name}`, why));
    return;
  }
  const count = args.length + 1;
  const fits = subcommand.arity >= 0 ? count === subcommand.arity : count >= -subcommand.arity;
  call.answer(fits ? subcommand.run(call) : wrongArity(`client|${name.toLowerCase()}`));
}

/** Who else is connected is the operator's business. */
function list(call: Call): Reply {
  const { session, context, args } = call;
  if (!allows(session.role, 'admin')) return noPermission(session.role, 'client|list');
  if (args.length > 1) return notSupported('CLIENT LIST with a filter', 'all are listed');
  const lines: string[] = [];
  for (const one of context.sessions.values()) {
    if (lines.length === clientListMax) break;
    lines.push(clientLine(call, one));
  }
  return verbatim(lines.join(''), call.protocol);
}

function setName({ session, args }: Call): Reply {
  const name = clientName(args[1]!);
  if (name === null) return invalidName;
  session.name = name;
  return ok;
}

function setInfo({ session, args }: Call): Reply {
  const option = word(args[1]!);
  const value = clientName(args[2]!);
  if (value === null) return invalidInfo;
  if (option === 'LIB-NAME') session.libraryName = value;
  else if (option === 'LIB-VER') session.libraryVersion = value;
  else return failure(`ERR Unrecognized option '${latin1(args[1]!.subarray(0, 64))}'`);
  return ok;
}

function onOrOff({ args }: Call): Reply {
  const choice = word(args[1]!);
  return choice === 'ON' || choice === 'OFF' ? ok : syntaxError;
}

function reply({ args }: Call): Reply {
  const choice = word(args[1]!);
  if (choice === 'ON') return ok;
  if (choice !== 'OFF' && choice !== 'SKIP') return syntaxError;
  return notSupported(`CLIENT REPLY ${choice}`, 'a command without an answer may be lost without notice');
}

function consistency({ session, args }: Call): Reply {
  if (args.length > 2) return syntaxError;
  if (args.length === 1) return bulkText(session.consistency);
  const wanted = word(args[1]!).toLowerCase();
  const found = consistencies.find((one) => one === wanted);
  if (found === undefined) return syntaxError;
  session.consistency = found;
  return ok;
}

/** A line of CLIENT LIST, with the fields of Redis that mean something here. */
function clientLine({ context }: Call, session: Session): string {
  const nowNs = context.clock.nowNs();
  const age = Math.floor((nowNs - session.openedNs) / 1e9);
  const idle = Math.max(0, Math.floor((nowNs - session.lastCommandNs) / 1e9));
  const { transaction } = session;
  return (
    `id=${session.id} addr=${session.address} name=${session.name} age=${age} idle=${idle} flags=${transaction === null ? 'N' : 'x'} ` +
    `db=0 watch=${session.watchedKeys} tot-cmds=${session.commands} cmd=${session.lastCommand} user=${session.role} resp=${session.protocol} ` +
    `lib-name=${session.libraryName} lib-ver=${session.libraryVersion} consistency=${session.consistency}\n`
  );
}
