import { StrataError } from '../../errors.js';
import type { Op, OpResult, Ttl } from '../../state/vocabulary.js';
import type { Steps } from './command-spec.js';
import { errorReply, notAnInteger, wouldOverflow } from './error-replies.js';
import { bulkOrNull, integer, ok, one, type Protocol, type Reply, zero } from './reply.js';

/** How the result of one step is told. */
export type OpReply = (result: OpResult, protocol: Protocol) => Reply;

const tooLarge = errorReply(
  new StrataError('STRATA_COMMAND_TOO_LARGE', {
    actual: 'too many',
    unit: 'bytes in its value or its answer',
    limit: 'limits.valueBytesMax, and 16 MiB for an answer',
  }),
);

/** Steps of one op, told by `reply` unless the step was refused. */
export function single(op: Op, reply: OpReply): Steps {
  return {
    ops: [op],
    reply: (results, from, protocol) => {
      const result = results[from]!;
      return faultOf(result) ?? reply(result, protocol);
    },
  };
}

/** The error of a step that was refused. A condition that does not hold is none. */
export function faultOf(result: OpResult): string | null {
  switch (result.status) {
    case 'not-an-integer':
      return notAnInteger;
    case 'overflow':
      return wouldOverflow;
    case 'too-large':
      return tooLarge;
    default:
      return null;
  }
}

export function put(key: Uint8Array, value: Uint8Array, ttl: Ttl = null, returnPrevious = false): Op {
  return { kind: 'put', key, value, ttl, condition: null, returnPrevious };
}

export const okReply: OpReply = () => ok;
export const valueReply: OpReply = (result, protocol) => bulkOrNull(result.value, protocol);
export const changedReply: OpReply = (result) => (result.changed ? one : zero);

/** How many of the results pass. */
export function countReply(results: readonly OpResult[], from: number, count: number): string {
  let passed = 0;
  for (let i = from; i < from + count; i++) if (results[i]!.changed) passed += 1;
  return integer(passed);
}
