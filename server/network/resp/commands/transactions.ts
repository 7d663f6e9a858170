import { StrataError } from '../../../errors.js';
import type { CommandResult, Compare, QueryResult } from '../../../state/vocabulary.js';
import type { Call } from '../call.js';
import { allKeys, type CommandSpec, command } from '../command-spec.js';
import { errorReply } from '../error-replies.js';
import { failure, latin1, ok, type Reply } from '../reply.js';
import { watchedKeysMax } from '../resp-limits.js';
import { Transaction } from '../transaction.js';

const nested = failure('ERR MULTI calls can not be nested');
const execAlone = failure('ERR EXEC without MULTI');
const discardAlone = failure('ERR DISCARD without MULTI');
const watchInside = failure('ERR WATCH inside MULTI is not allowed');
const aborted = failure('EXECABORT Transaction discarded because of previous errors.');

function runMulti(call: Call): void {
  const { session } = call;
  if (session.transaction !== null) call.answer(nested);
  else {
    session.begin(new Transaction());
    call.answer(ok);
  }
}

/** All of it is one log entry. With watched keys it holds their revisions against the state as it is when it is applied. */
function runExec(call: Call): void {
  const { session } = call;
  if (call.transaction === null) {
    const { transaction } = session;
    if (transaction === null) {
      call.answer(execAlone);
      return;
    }
    const compares = session.end();
    if (transaction.aborted) {
      call.answer(aborted);
      return;
    }
    // Kept with the call: while there is no leader it comes here again.
    call.transaction = transaction;
    call.compares = compares;
  }
  const todo = call.transaction.command(call.compares);
  if (todo === null) call.answer(call.transaction.reply(null, call.protocol));
  else call.write(todo, replyExec);
}

function replyExec(result: CommandResult, call: Call): Reply {
  return call.transaction!.reply(result, call.protocol);
}

function runDiscard(call: Call): void {
  const { session } = call;
  if (session.transaction === null) call.answer(discardAlone);
  else {
    session.end();
    call.answer(ok);
  }
}

/** Remembers the revisions of the keys. A key that is watched already keeps the one it had. */
function runWatch(call: Call): void {
  const { session, args } = call;
  if (session.transaction !== null) call.answer(watchInside);
  else if (session.watchedKeys + args.length > watchedKeysMax) {
    const actual = session.watchedKeys + args.length;
    const details = { actual, unit: 'watched keys', limit: watchedKeysMax };
    call.answer(errorReply(new StrataError('STRATA_COMMAND_TOO_LARGE', details)));
  } else call.query({ kind: 'many', keys: args }, replyWatch, 'linearizable');
}

function replyWatch({ items }: QueryResult, call: Call): Reply {
  for (const { key, revision } of items) {
    // A copy: the key is a view of the read buffer.
    const compare: Compare = { target: 'revision', key: Buffer.from(key), relation: '=', revision };
    call.session.watch(latin1(key), compare);
  }
  return ok;
}

export const transactionCommands: readonly CommandSpec[] = [
  command({
    name: 'multi',
    arity: 1,
    effect: 'local',
    group: 'transactions',
    since: '1.2.0',
    summary: 'Begin a transaction',
    flags: ['noscript', 'fast'],
    inTransaction: 'run',
    run: runMulti,
  }),
  command({
    name: 'exec',
    arity: 1,
    // What it does was allowed when it was queued.
    effect: 'write',
    role: 'read',
    group: 'transactions',
    since: '1.2.0',
    summary: 'Do what was queued since MULTI, all at one moment',
    flags: ['noscript'],
    inTransaction: 'run',
    run: runExec,
  }),
  command({
    name: 'discard',
    arity: 1,
    effect: 'local',
    group: 'transactions',
    since: '2.0.0',
    summary: 'Forget what was queued since MULTI',
    flags: ['noscript', 'fast'],
    inTransaction: 'run',
    run: runDiscard,
  }),
  command({
    name: 'watch',
    arity: -2,
    // Nothing behind it may start before the revisions are known.
    effect: 'alone',
    keys: allKeys,
    group: 'transactions',
    since: '2.2.0',
    summary: 'Let the next EXEC do nothing if one of these keys is written meanwhile',
    flags: ['noscript', 'fast'],
    inTransaction: 'run',
    run: runWatch,
  }),
  command({
    name: 'unwatch',
    arity: 1,
    effect: 'local',
    group: 'transactions',
    since: '2.2.0',
    summary: 'Forget all watched keys',
    flags: ['noscript', 'fast'],
    steps: () => ({ ops: [], reply: () => ok }),
    run: (call) => {
      call.session.unwatch();
      call.answer(ok);
    },
  }),
];
