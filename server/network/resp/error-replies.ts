import { type ErrorCode, InvariantError, StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import { failure, latin1 } from './reply.js';

export const syntaxError = failure('ERR syntax error');
export const notAnInteger = failure('ERR value is not an integer or out of range');
export const wouldOverflow = failure('ERR increment or decrement would overflow');
export const noAuth = failure('NOAUTH Authentication required.');
export const wrongPassword = failure('WRONGPASS invalid username-password pair or user is disabled.');
export const tooManyClients = failure('ERR max number of clients reached');

/**
 * The request certainly did not enter a log. These are held back and tried again, and when their time is over told as CLUSTERDOWN, which
 * clients try again by themselves (go-redis, cluster clients): harmless then, and only then.
 */
const withoutEffect: ReadonlySet<ErrorCode> = new Set([
  'STRATA_NO_LEADER',
  'STRATA_NOT_LEADER',
  'STRATA_PROPOSAL_DROPPED',
  'STRATA_PEER_UNREACHABLE',
]);

/** Of a write these leave the outcome open; a read is simply asked again. */
const outcomeOpen: ReadonlySet<ErrorCode> = new Set([
  'STRATA_LEADERSHIP_LOST',
  'STRATA_PEER_LOST',
  'STRATA_TIMEOUT',
]);

/** Refusals of the state machine and of the leader's door: nothing was changed, and asking again gives the same. */
const refused: ReadonlySet<ErrorCode> = new Set([
  'STRATA_OVERLOADED',
  'STRATA_OVERLOADED_BYTES',
  'STRATA_STATE_FULL',
  'STRATA_COMMAND_INVALID',
  'STRATA_COMMAND_TOO_LARGE',
  'STRATA_VALUE_TOO_LARGE',
  'STRATA_KEY_EMPTY',
  'STRATA_KEY_TOO_LONG',
]);

/** Words that Redis' clients act on. Everything else begins with our own code. */
const redisPrefixes: Partial<Record<ErrorCode, string>> = {
  STRATA_NO_LEADER: 'CLUSTERDOWN',
  STRATA_NOT_LEADER: 'CLUSTERDOWN',
  STRATA_PROPOSAL_DROPPED: 'CLUSTERDOWN',
  STRATA_PEER_UNREACHABLE: 'CLUSTERDOWN',
  STRATA_OVERLOADED: 'BUSY',
  STRATA_OVERLOADED_BYTES: 'BUSY',
  STRATA_STATE_FULL: 'OOM',
};

export function mayRetry(code: ErrorCode, mutating: boolean): boolean {
  return withoutEffect.has(code) || (!mutating && outcomeOpen.has(code));
}

/** Whether a write that ended with this may have changed something. */
export function mayHaveEffect(code: ErrorCode): boolean {
  return !withoutEffect.has(code) && !refused.has(code);
}

export function errorReply(error: StrataError): string {
  switch (error.code) {
    case 'STRATA_UNAUTHENTICATED':
      return noAuth;
    case 'STRATA_VALUE_NOT_INTEGER':
      return notAnInteger;
    case 'STRATA_VALUE_OVERFLOW':
      return wouldOverflow;
    default: {
      const prefix = redisPrefixes[error.code];
      return failure(`${prefix === undefined ? '' : `${prefix} `}${error.code} ${error.message}`);
    }
  }
}

/** What a client is told of an error of any kind. An unexpected one is logged, and only its kind is told. */
export function codedError(error: unknown, log: Logger): StrataError {
  if (error instanceof StrataError) return error;
  // The process must not go on: this is not the network's to turn into an answer.
  if (error instanceof InvariantError) throw error;
  log.error(
    { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'unexpected error in a command',
  );
  return new StrataError('STRATA_INTERNAL', { reason: 'the log of the node has the details' });
}

/** Redis' own words. */
export function unknownCommand(name: string, args: readonly Uint8Array[]): string {
  let shown = '';
  for (const arg of args) {
    if (shown.length >= 128) break;
    shown += `'${latin1(arg.subarray(0, 128 - shown.length))}' `;
  }
  return failure(`ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${shown}`);
}

export function wrongArity(name: string): string {
  return failure(`ERR wrong number of arguments for '${name}' command`);
}

export function unknownSubcommand(command: string, subcommand: Uint8Array): string {
  const shown = latin1(subcommand.subarray(0, 128));
  return failure(`ERR unknown subcommand '${shown}'. Try ${command.toUpperCase()} HELP.`);
}

export function invalidExpiry(command: string): string {
  return failure(`ERR invalid expire time in '${command}' command`);
}

export function notSupported(what: string, why: string): string {
  return failure(`ERR ${what} is not supported: ${why}.`);
}

export function noPermission(role: string, command: string): string {
  return failure(`NOPERM Role ${role} has no permissions to run the '${command}' command`);
}

export function overloaded(actual: number, limit: number): string {
  return errorReply(new StrataError('STRATA_OVERLOADED', { what: 'The RESP listener', actual, limit }));
}

export function overloadedBytes(actual: number, limit: number): StrataError {
  return new StrataError('STRATA_OVERLOADED_BYTES', { what: 'The RESP listener', actual, limit });
}
