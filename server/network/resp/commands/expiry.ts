import type { ReadResult } from '../../../ports/key-value-service.js';
import { ttlMs } from '../arguments.js';
import type { Call } from '../call.js';
import { type Args, type CommandSpec, command, oneKey, type Steps } from '../command-spec.js';
import { invalidExpiry, notAnInteger, notSupported } from '../error-replies.js';
import { changedReply, single } from '../op-replies.js';
import { integer, one, type Reply, zero } from '../reply.js';

const absent = integer(-2);
const everlasting = integer(-1);

function expireSteps(args: Args, unitMs: number, name: string): Steps | string {
  const ttl = ttlMs(args[1]!, unitMs);
  if (ttl === 'not-a-number') return notAnInteger;
  if (ttl === 'range') return invalidExpiry(name);
  // Told, not ignored: whether the deadline before was later is known only to the state machine, which has no such step.
  if (args.length > 2)
    return notSupported(`${name.toUpperCase()} with NX, XX, GT or LT`, 'give the time only');
  return single({ kind: 'expire', key: args[0]!, ttlMs: ttl }, changedReply);
}

function expireCommand(name: string, unitMs: number, since: string, summary: string): CommandSpec {
  return command({
    name,
    arity: -3,
    effect: 'write',
    keys: oneKey,
    group: 'generic',
    since,
    summary,
    flags: ['fast'],
    steps: (args) => expireSteps(args, unitMs, name),
  });
}

function replyTtl({ value, ttlMs: left }: ReadResult): Reply {
  if (value === null) return absent;
  return left === null ? everlasting : integer(Math.floor((left + 500) / 1_000));
}

function replyPttl({ value, ttlMs: left }: ReadResult): Reply {
  if (value === null) return absent;
  return left === null ? everlasting : integer(Math.ceil(left));
}

function ttlCommand(
  name: string,
  since: string,
  summary: string,
  reply: (result: ReadResult, call: Call) => Reply,
): CommandSpec {
  return command({
    name,
    arity: 2,
    effect: 'read',
    keys: oneKey,
    group: 'generic',
    since,
    summary,
    flags: ['fast'],
    run: (call) => call.get(call.args[0]!, reply),
  });
}

export const expiryCommands: readonly CommandSpec[] = [
  expireCommand('expire', 1_000, '1.0.0', 'Set the time to live of a key in seconds; 0 or less deletes it'),
  expireCommand('pexpire', 1, '2.6.0', 'Set the time to live of a key in milliseconds; 0 or less deletes it'),
  ttlCommand('ttl', '1.0.0', 'Seconds that a key has left; -1 without end, -2 no such key', replyTtl),
  ttlCommand('pttl', '2.6.0', 'Milliseconds that a key has left; -1 without end, -2 no such key', replyPttl),
  command({
    name: 'persist',
    arity: 2,
    effect: 'write',
    keys: oneKey,
    group: 'generic',
    since: '2.2.0',
    summary: 'Take the time to live off a key',
    flags: ['fast'],
    // 1 only for a key that had one, as in Redis: `count` says so.
    steps: ([key]) =>
      single({ kind: 'expire', key: key!, ttlMs: null }, (result) => (result.count > 0 ? one : zero)),
  }),
];
