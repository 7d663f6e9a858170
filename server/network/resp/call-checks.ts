import { StrataError } from '../../errors.js';
import type { Limits } from '../limits.js';
import { allows } from '../security/authenticator.js';
import type { Call } from './call.js';
import { errorReply, noAuth, noPermission, wrongArity } from './error-replies.js';
import { failure } from './reply.js';

/** Why a call is not run, in the order of Redis' own checks; null when it is. */
export function refusalOf(call: Call, limits: Limits): string | null {
  const { spec, args, session } = call;
  const count = args.length + 1;
  if (spec.arity >= 0 ? count !== spec.arity : count < -spec.arity) return wrongArity(spec.name);
  const { role, transaction } = session;
  if (!allows(role, spec.role)) return role === 'none' ? noAuth : noPermission(role, spec.name);
  if (transaction !== null && spec.inTransaction === 'refuse') {
    return failure(`ERR Command '${spec.name}' is not allowed inside a transaction`);
  }
  return spec.keys === null ? null : keyRefusal(call, limits);
}

/** Values are held to their limit by the parser. */
function keyRefusal({ spec, args }: Call, { keyBytesMax, opsPerCommandMax }: Limits): string | null {
  const { first, last, step } = spec.keys!;
  // OBJECT HELP has no key where OBJECT ENCODING has one.
  const end = Math.min(last < 0 ? args.length + last : last - 1, args.length - 1);
  for (let at = first - 1; at <= end; at += step) {
    const bytes = args[at]!.length;
    if (bytes === 0) return errorReply(new StrataError('STRATA_KEY_EMPTY'));
    if (bytes > keyBytesMax) {
      return errorReply(new StrataError('STRATA_KEY_TOO_LONG', { actual: bytes, limit: keyBytesMax }));
    }
  }
  const keys = Math.floor((end - first + 1) / step) + 1;
  if (keys <= opsPerCommandMax) return null;
  return errorReply(
    new StrataError('STRATA_COMMAND_TOO_LARGE', { actual: keys, unit: 'keys', limit: opsPerCommandMax }),
  );
}
