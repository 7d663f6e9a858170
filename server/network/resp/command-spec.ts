import type { CommandResult, Op, OpResult } from '../../state/vocabulary.js';
import type { Limits } from '../limits.js';
import type { Role } from '../security/authenticator.js';
import type { Call } from './call.js';
import type { Protocol, Reply } from './reply.js';

/**
 * What a command does to the order of its connection. `local`: answered here, at its turn. `read`, `write`: commands of one kind in a row run
 * together; a read waits for the writes before it and a write for the reads, so a connection sees what it asked for in that order.
 * `alone`: waits for all before it and holds back all behind it.
 */
export type Effect = 'local' | 'read' | 'write' | 'alone';

/** Arguments behind the name. */
export type Args = readonly Buffer[];

/** Where keys stand, counted as Redis does: the name is 0; `last` -1 is the last argument. */
export interface KeyPositions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** A command as steps of one log entry, and the answer from their results, which begin at `from`. */
export interface Steps {
  readonly ops: readonly Op[];
  readonly reply: (results: readonly OpResult[], from: number, protocol: Protocol) => Reply;
}

export type Group = 'string' | 'generic' | 'connection' | 'server' | 'transactions';

export interface CommandSpec {
  /** Lower case. */
  readonly name: string;
  /** As in Redis: counts the name; negative: at least. */
  readonly arity: number;
  readonly effect: Effect;
  readonly role: Role;
  readonly keys: KeyPositions | null;
  readonly group: Group;
  /** Version of Redis that has it. */
  readonly since: string;
  readonly summary: string;
  /** Names that Redis' clients may look for, `write`, `readonly`, `fast`, ..., where they do not follow from the rest. */
  readonly flags: readonly string[];
  /** False: known by name only, to say why it is not there. */
  readonly supported: boolean;
  /** Inside MULTI: run at once (EXEC), put in the queue as steps, or refused. */
  readonly inTransaction: 'run' | 'queue' | 'refuse';
  readonly subcommands: readonly string[];
  /** Outside of MULTI. Answers the call, now or later, exactly once. */
  readonly run: (call: Call) => void;
  /** Inside MULTI. A text is the error that EXEC will answer in its place. */
  readonly steps: ((args: Args, limits: Limits) => Steps | string) | null;
}

type Given = Pick<CommandSpec, 'name' | 'arity' | 'effect' | 'summary' | 'group'>;

/** A command of the table: what is not given follows from the rest. */
export function command(
  given: Given & Partial<CommandSpec> & ({ run: CommandSpec['run'] } | { steps: CommandSpec['steps'] }),
): CommandSpec {
  const steps = given.steps ?? null;
  return {
    role: given.effect === 'write' ? 'write' : 'read',
    keys: null,
    since: '1.0.0',
    flags: [],
    supported: true,
    inTransaction: steps === null ? 'refuse' : 'queue',
    subcommands: [],
    run: runSteps,
    ...given,
    steps,
  };
}

export const oneKey: KeyPositions = { first: 1, last: 1, step: 1 };
export const allKeys: KeyPositions = { first: 1, last: -1, step: 1 };
export const keyValuePairs: KeyPositions = { first: 1, last: -1, step: 2 };

/** A write outside of MULTI: its steps are a batch of their own. */
function runSteps(call: Call): void {
  const steps = call.spec.steps!(call.args, call.context.limits);
  if (typeof steps === 'string') call.answer(steps);
  else {
    call.steps = steps;
    call.write({ kind: 'batch', ops: steps.ops, session: null }, replySteps);
  }
}

function replySteps(result: CommandResult, call: Call): Reply {
  return call.steps!.reply(result.results, 0, call.protocol);
}
