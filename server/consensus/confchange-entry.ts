import { InvariantError, invariant } from '../errors.js';
import type { NodeId } from './messages.js';

export const ConfChangeType = { AddNode: 0, RemoveNode: 1, AddLearner: 2 } as const;
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];

/** One step. `node` 0 is a change voided after it was proposed: it stays in the log and does nothing. */
export interface ConfChange {
  readonly type: ConfChangeType;
  readonly node: NodeId;
}

/**
 * `'auto'`: simple when there is one change, else joint and left automatically. `'implicit'`: joint, left automatically.
 * `'explicit'`: joint until an empty change list is proposed.
 */
export type ConfChangeTransition = 'auto' | 'implicit' | 'explicit';

/** What a configuration entry of the log carries. An empty `changes` leaves a joint configuration. */
export interface ConfChangeV2 {
  readonly changes: readonly ConfChange[];
  readonly transition: ConfChangeTransition;
  /** Opaque to consensus: what the state machine has to learn with the change, such as addresses. Missing is empty. */
  readonly context?: Uint8Array;
}

/** A configuration change that must not happen. The membership it was asked of is untouched. */
export class ConfChangeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfChangeError';
  }
}

/** True when the change asks to leave a joint configuration. */
export function leavesJoint(cc: ConfChangeV2): boolean {
  return cc.changes.length === 0;
}

/** True when the change goes through a joint configuration: on demand, or because several steps at once need one. */
export function entersJoint(cc: ConfChangeV2): boolean {
  return cc.changes.length > 0 && (cc.transition !== 'auto' || cc.changes.length > 1);
}

/** Refuses what no membership could take, whatever its state. */
export function refuseInvalid(change: ConfChange): void {
  if (!Number.isSafeInteger(change.node) || change.node < 0) {
    throw new ConfChangeError(`Node id ${change.node} is not valid; it must be a positive safe integer.`);
  }
  if (change.type !== 0 && change.type !== 1 && change.type !== 2) {
    throw new ConfChangeError(`Change type ${change.type as number} is unknown; it must be 0, 1 or 2.`);
  }
}

/** 1 had no context. */
const FORMAT_VERSION = 2;
/** Many members with the longest addresses there are fit. */
export const CONTEXT_BYTES_MAX = 65_536;
const NO_CONTEXT = new Uint8Array(0);
const TRANSITIONS: readonly ConfChangeTransition[] = ['auto', 'implicit', 'explicit'];
/** A change takes at least a type byte and one byte of node id. */
const CHANGE_BYTES_MIN = 2;

/**
 * Bytes of a configuration entry: version, transition, number of changes, then type and node for each, then length and bytes
 * of the context; numbers are LEB128. An invalid change is refused here, so that it never reaches the log.
 */
export function encodeConfChange(cc: ConfChangeV2): Uint8Array {
  const transition = TRANSITIONS.indexOf(cc.transition);
  if (transition < 0) throw new ConfChangeError(`Transition ${cc.transition} is unknown.`);
  const bytes: number[] = [FORMAT_VERSION, transition];
  writeVarint(bytes, cc.changes.length);
  for (const change of cc.changes) {
    refuseInvalid(change);
    bytes.push(change.type);
    writeVarint(bytes, change.node);
  }
  const context = cc.context ?? NO_CONTEXT;
  if (context.length > CONTEXT_BYTES_MAX) {
    throw new ConfChangeError(`The context has ${context.length} bytes; the limit is ${CONTEXT_BYTES_MAX}.`);
  }
  writeVarint(bytes, context.length);
  const data = new Uint8Array(bytes.length + context.length);
  data.set(bytes);
  data.set(context, bytes.length);
  return data;
}

/** The reverse of `encodeConfChange`. The log's checksum has passed already, so malformed bytes are a broken invariant. */
export function decodeConfChange(data: Uint8Array): Required<ConfChangeV2> {
  const reader = new Reader(data);
  const version = reader.byte();
  invariant(version === FORMAT_VERSION, `change format version is ${version}, expected ${FORMAT_VERSION}`);
  const transitionCode = reader.byte();
  const transition = TRANSITIONS[transitionCode];
  if (transition === undefined) throw new InvariantError(`transition ${transitionCode} is not below 3`);
  const count = reader.varint();
  // Before anything is allocated for them: a damaged count must not ask for memory.
  invariant(
    count * CHANGE_BYTES_MIN <= reader.left,
    `${count} changes cannot fit into ${reader.left} bytes left`,
  );
  const changes: ConfChange[] = [];
  for (let i = 0; i < count; i += 1) {
    const type = reader.byte();
    invariant(type <= ConfChangeType.AddLearner, `change type ${type} is above ${ConfChangeType.AddLearner}`);
    changes.push({ type: type as ConfChangeType, node: reader.varint() });
  }
  const contextBytes = reader.varint();
  invariant(
    contextBytes === reader.left && contextBytes <= CONTEXT_BYTES_MAX,
    `the context has ${contextBytes} bytes, ${reader.left} are left`,
  );
  return { changes, transition, context: reader.rest() };
}

/** Arithmetic instead of shifts: ids may exceed 32 bits. */
function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

class Reader {
  readonly #data: Uint8Array;
  #offset = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.#offset;
  }

  /** A copy: the entry's bytes may be part of a larger buffer. */
  rest(): Uint8Array {
    return this.#data.slice(this.#offset);
  }

  byte(): number {
    const value = this.#data[this.#offset];
    if (value === undefined) throw new InvariantError(`change ends at byte ${this.#offset}, more expected`);
    this.#offset += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte % 0x80) * scale;
      invariant(value <= Number.MAX_SAFE_INTEGER, `number ${value} exceeds ${Number.MAX_SAFE_INTEGER}`);
      if (byte < 0x80) {
        // One value, one spelling: a final zero byte adds nothing and would make equal changes differ.
        invariant(byte !== 0 || scale === 1, `number ${value} ends in a byte of 0`);
        return value;
      }
      scale *= 0x80;
    }
  }
}
