import type { Condition, Op, Ttl } from '../../../state/vocabulary.js';
import { ttlMs, word } from '../arguments.js';
import type { Args, Steps } from '../command-spec.js';
import { invalidExpiry, notAnInteger, notSupported, syntaxError } from '../error-replies.js';
import { faultOf, okReply, put, single, valueReply } from '../op-replies.js';
import { bulkOrNull, nullValue, ok } from '../reply.js';

/** Milliseconds to live, or the error. It must be above 0. */
function positiveTtl(argument: Buffer | undefined, unitMs: number, command: string): number | string {
  if (argument === undefined) return syntaxError;
  const ttl = ttlMs(argument, unitMs);
  if (ttl === 'not-a-number') return notAnInteger;
  return ttl === 'range' || ttl <= 0 ? invalidExpiry(command) : ttl;
}

/** Points in time: there is no clock that all nodes and clients share. */
export function noWallClock(what: string): string {
  return notSupported(what, 'nodes and clients share no wall clock; give a time to live instead (EX, PX)');
}

/** SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL]. */
export function setSteps(args: Args): Steps | string {
  let ttl: Ttl = null;
  let condition: Condition | null = null;
  let returnPrevious = false;
  for (let i = 2; i < args.length; i++) {
    const option = word(args[i]!);
    if (option === 'NX' && condition === null) condition = { kind: 'absent' };
    else if (option === 'XX' && condition === null) condition = { kind: 'exists' };
    else if (option === 'GET') returnPrevious = true;
    else if (option === 'KEEPTTL' && ttl === null) ttl = 'keep';
    else if ((option === 'EX' || option === 'PX') && ttl === null) {
      const given = positiveTtl(args[++i], option === 'EX' ? 1_000 : 1, 'set');
      if (typeof given === 'string') return given;
      ttl = given;
    } else if (option === 'EXAT' || option === 'PXAT') return noWallClock(`SET with ${option}`);
    else return syntaxError;
  }
  const op: Op = { kind: 'put', key: args[0]!, value: args[1]!, ttl, condition, returnPrevious };
  if (returnPrevious) return single(op, valueReply);
  return single(op, (result, protocol) => (result.status === 'ok' ? ok : nullValue(protocol)));
}

/** SETEX and PSETEX: key, time to live, value. */
export function setWithSeconds([key, time, value]: Args, unitMs: number, command: string): Steps | string {
  const ttl = positiveTtl(time, unitMs, command);
  return typeof ttl === 'string' ? ttl : single(put(key!, value!, ttl), okReply);
}

/** GETEX key [EX seconds | PX milliseconds | PERSIST]: the value as it was, then the time to live. */
export function getex(args: Args): Steps | string {
  const key = args[0]!;
  const ops: Op[] = [{ kind: 'get', key }];
  if (args.length > 1) {
    const option = word(args[1]!);
    if (option === 'EXAT' || option === 'PXAT') return noWallClock(`GETEX with ${option}`);
    if (option === 'PERSIST' && args.length === 2) ops.push({ kind: 'expire', key, ttlMs: null });
    else if ((option === 'EX' || option === 'PX') && args.length === 3) {
      const ttl = positiveTtl(args[2], option === 'EX' ? 1_000 : 1, 'getex');
      if (typeof ttl === 'string') return ttl;
      ops.push({ kind: 'expire', key, ttlMs: ttl });
    } else return syntaxError;
  }
  return {
    ops,
    reply: (results, from, protocol) => faultOf(results[from]!) ?? bulkOrNull(results[from]!.value, protocol),
  };
}
