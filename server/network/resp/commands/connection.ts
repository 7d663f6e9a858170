import type { Call } from '../call.js';
import { type CommandSpec, command } from '../command-spec.js';
import { bulk, failure, latin1, ok, pong, simple } from '../reply.js';
import { runAuth } from './auth.js';
import { clientSubcommands, runClient } from './client.js';
import { runHello } from './hello.js';

function runPing(call: Call): void {
  const { args } = call;
  call.answer(args.length === 0 ? pong : bulk(args[0]!));
}

const oneDatabase = failure('ERR DB index is out of range');

function selectReply(index: Buffer): string {
  return latin1(index.subarray(0, 8)) === '0' ? ok : oneDatabase;
}

export const connectionCommands: readonly CommandSpec[] = [
  command({
    name: 'ping',
    arity: -1,
    effect: 'local',
    group: 'connection',
    summary: 'Answers PONG, or the argument',
    flags: ['fast'],
    run: runPing,
    steps: ([message]) => ({ ops: [], reply: () => (message === undefined ? pong : bulk(message)) }),
  }),
  command({
    name: 'echo',
    arity: 2,
    effect: 'local',
    group: 'connection',
    summary: 'Answers the argument',
    flags: ['fast'],
    run: (call) => call.answer(bulk(call.args[0]!)),
    steps: ([message]) => ({ ops: [], reply: () => bulk(message!) }),
  }),
  command({
    name: 'hello',
    arity: -1,
    effect: 'local',
    role: 'none',
    group: 'connection',
    since: '6.0.0',
    summary: 'Choose RESP2 or RESP3; options AUTH SETNAME',
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth'],
    run: runHello,
  }),
  command({
    name: 'auth',
    arity: -2,
    effect: 'local',
    role: 'none',
    group: 'connection',
    summary: 'Show a token: AUTH token, or AUTH user token with any user',
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth'],
    run: runAuth,
  }),
  command({
    name: 'select',
    arity: 2,
    effect: 'local',
    group: 'connection',
    summary: 'There is one database, 0',
    flags: ['loading', 'stale', 'fast'],
    run: (call) => call.answer(selectReply(call.args[0]!)),
    steps: ([index]) => ({ ops: [], reply: () => selectReply(index!) }),
  }),
  command({
    name: 'client',
    arity: -2,
    effect: 'local',
    group: 'connection',
    since: '2.4.0',
    summary: 'ID INFO LIST GETNAME SETNAME SETINFO NO-EVICT NO-TOUCH REPLY, and CONSISTENCY of our own',
    subcommands: clientSubcommands,
    flags: ['noscript', 'loading', 'stale'],
    run: runClient,
  }),
  command({
    name: 'quit',
    arity: -1,
    effect: 'local',
    role: 'none',
    group: 'connection',
    summary: 'Close the connection behind the answers',
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth'],
    inTransaction: 'run',
    run: (call) => {
      call.session.quits = true;
      call.answer(ok);
    },
  }),
  command({
    name: 'reset',
    arity: 1,
    effect: 'local',
    role: 'none',
    group: 'connection',
    since: '6.2.0',
    summary: 'As if just connected: RESP2, no transaction, no watches, not authenticated',
    flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth'],
    inTransaction: 'run',
    run: (call) => {
      call.session.reset(call.receivedNs);
      call.answer(simple('RESET'));
    },
  }),
  command({
    name: 'readonly',
    arity: 1,
    effect: 'local',
    group: 'connection',
    since: '3.0.0',
    summary: 'From now on reads are stale: the state of this node, whatever its age',
    flags: ['loading', 'stale', 'fast'],
    run: (call) => {
      call.session.consistency = 'stale';
      call.answer(ok);
    },
  }),
  command({
    name: 'readwrite',
    arity: 1,
    effect: 'local',
    group: 'connection',
    since: '3.0.0',
    summary: 'From now on reads are linearizable, as at the start',
    flags: ['loading', 'stale', 'fast'],
    run: (call) => {
      call.session.consistency = 'linearizable';
      call.answer(ok);
    },
  }),
];
