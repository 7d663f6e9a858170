import { encodeCommand, encodeDelete, encodePut } from '../command-codec.js';
import { encodeMembershipContext } from '../membership-codec.js';
import { encodeOnce, type OnceRef } from '../once-codec.js';
import type { ApplyResult, StateMachine } from '../state-machine.js';
import { StateRestorer } from '../state-restorer.js';
import type { StateSnapshot } from '../state-snapshot.js';
import { valueText } from '../value.js';
import type { Command, CommandResult, MemberRecord, Op, SessionRef } from '../vocabulary.js';
import { LIMITS, type SessionPick, type Step } from './arbitraries.js';

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

export function member(id: number, storageId = ''): MemberRecord {
  return { id, host: `n${id}.example`, peerPort: 7000 + id, httpPort: 8000 + id, respPort: 0, storageId };
}

export function batch(...ops: Op[]): Command {
  return { kind: 'batch', ops, session: null };
}

export function put(key: string, value: string, more: Partial<Extract<Op, { kind: 'put' }>> = {}): Op {
  const fields = { ttl: null, condition: null, returnPrevious: false };
  return { kind: 'put', key: bytes(key), value: bytes(value), ...fields, ...more };
}

/** Applies entries one after another. */
export class Writer {
  readonly machine: StateMachine;
  clockMs = 0;

  constructor(machine: StateMachine) {
    this.machine = machine;
  }

  put(key: string, value: string): ApplyResult {
    return this.#apply(encodePut(bytes(key), bytes(value))) as ApplyResult;
  }

  delete(key: string): ApplyResult {
    return this.#apply(encodeDelete(bytes(key))) as ApplyResult;
  }

  write(command: Command, limits = LIMITS): CommandResult {
    return this.#apply(encodeCommand(command, this.clockMs, limits)) as CommandResult;
  }

  ops(...ops: Op[]): CommandResult {
    return this.write(batch(...ops));
  }

  /** A command that another node passes on. */
  once(session: number, sequence: number, settledTo: number, within: Uint8Array | Command): CommandResult {
    const command = within instanceof Uint8Array ? within : encodeCommand(within, this.clockMs, LIMITS);
    return this.#apply(encodeOnce({ session, sequence, settledTo }, command)) as CommandResult;
  }

  #apply(data: Uint8Array): unknown {
    // Overwritten afterwards, as a frame's buffer is: the state must not keep a view.
    const own = Uint8Array.from(data);
    const result = this.machine.apply(this.machine.appliedIndex + 1, own);
    own.fill(0x55);
    return result;
  }
}

/** What an entry of a log says, for these steps: bytes, and whether it is a change of membership. */
export interface LoggedStep {
  readonly data: Uint8Array;
  readonly isMembership: boolean;
  /** Null for a no-op, a change of membership and plain writes. */
  readonly command: Command | null;
  readonly clockMs: number;
  /** Of a command that was passed on with a head before it. */
  readonly once: OnceRef | null;
}

/** Steps as they would stand in the log from entry 1 on. */
export function logOf(steps: readonly Step[]): LoggedStep[] {
  let clockMs = 0;
  const sessions: number[] = [];
  return steps.map((step, at) => {
    clockMs += step.passMs;
    if (step.kind === 'open-session') sessions.push(at + 1);
    const command = commandOf(step, sessions);
    const once = step.kind === 'once' ? onceOf(step, sessions) : null;
    return {
      data: once === null ? dataOf(step, command, clockMs, at + 1) : onceDataOf(step, once, clockMs),
      isMembership: step.kind === 'membership',
      command,
      // A plain put or delete carries no clock.
      clockMs: step.kind === 'once' && step.within.ops === null ? 0 : clockMs,
      once,
    };
  });
}

function commandOf(step: Step, sessions: readonly number[]): Command | null {
  switch (step.kind) {
    case 'batch':
    case 'txn': {
      const { session: pick } = step;
      const session = pick === null ? null : refOf(pick, sessions);
      if (step.kind === 'batch') return { kind: 'batch', ops: step.ops, session };
      const { compares, success, failure } = step;
      return { kind: 'txn', compares, success, failure, session };
    }
    case 'once':
      return {
        kind: 'batch',
        ops: step.within.ops ?? [plainOp(step.within)],
        session: refOf(step.session, sessions),
      };
    case 'open-session':
    case 'expire-due':
      return { kind: step.kind };
    default:
      return null;
  }
}

/** Before any was opened, the first index is a session that nobody knows. */
function refOf({ back, sequence }: NonNullable<SessionPick>, sessions: readonly number[]): SessionRef {
  return { session: sessions.at(-1 - back) ?? sessions[0] ?? 1, sequence };
}

function plainOp({ key, value }: { readonly key: Uint8Array; readonly value: Uint8Array | null }): Op {
  const rest = { condition: null, returnPrevious: false };
  return value === null ? { kind: 'delete', key, ...rest } : { kind: 'put', key, value, ttl: null, ...rest };
}

function onceOf(step: Extract<Step, { kind: 'once' }>, sessions: readonly number[]): OnceRef {
  const ref = refOf(step.session, sessions);
  const distance = step.distance > ref.sequence ? 0 : step.distance;
  return { ...ref, settledTo: distance === 0 ? 0 : ref.sequence - distance };
}

function onceDataOf(step: Step, once: OnceRef, clockMs: number): Uint8Array {
  const { within } = step as Extract<Step, { kind: 'once' }>;
  if (within.ops !== null)
    return encodeOnce(
      once,
      encodeCommand({ kind: 'batch', ops: within.ops, session: null }, clockMs, LIMITS),
    );
  const { key, value } = within;
  return encodeOnce(once, value === null ? encodeDelete(key) : encodePut(key, value));
}

function dataOf(step: Step, command: Command | null, clockMs: number, index: number): Uint8Array {
  if (command !== null) return encodeCommand(command, clockMs, LIMITS);
  if (step.kind === 'put') return encodePut(step.key, step.value);
  if (step.kind === 'delete') return encodeDelete(step.key);
  if (step.kind === 'no-op') return new Uint8Array(0);
  return encodeMembershipContext({
    upsert: [member(index % 5 || 1)],
    remove: index % 3 === 0 ? [index % 5 || 1] : [],
  });
}

export function applyStep(machine: StateMachine, index: number, step: LoggedStep): unknown {
  if (step.isMembership) return machine.applyMembership(index, step.data);
  return machine.apply(index, step.data);
}

export function drain(snapshot: StateSnapshot, bytesMax = 65_536): Buffer {
  const blocks: Uint8Array[] = [];
  for (let block = snapshot.next(bytesMax); block !== null; block = snapshot.next(bytesMax))
    blocks.push(block);
  return Buffer.concat(blocks);
}

export function snapshotOf(machine: StateMachine): Buffer {
  return drain(machine.beginSnapshot());
}

/** `cut`: sizes of the blocks, in turn. */
export function restore(body: Uint8Array, cuts: readonly number[] = [65_536]): StateMachine {
  const restorer = new StateRestorer('test');
  let at = 0;
  for (let turn = 0; at < body.length; turn++) {
    const end = at + cuts[turn % cuts.length]!;
    const block = Uint8Array.from(body.subarray(at, end));
    restorer.push(block);
    block.fill(0x55);
    at = end;
  }
  return restorer.finish();
}

export function textOf(machine: StateMachine, key: string): string | null {
  const found = machine.get(bytes(key));
  return found === undefined ? null : valueText(found.value);
}
