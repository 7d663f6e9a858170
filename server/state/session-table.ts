import type { OnceRef } from './once-codec.js';
import { commandResultBytes } from './result-codec.js';
import type { CommandResult, SessionRef } from './vocabulary.js';

/** Bytes of answers that a client's session may keep; one answer is kept whatever its size. */
const SESSION_BYTES_MAX = 65_536;
/** And what the session of a node may: enough for all that its clients have under way, of answers to puts, deletes and increments. */
const NODE_ANSWERS_MAX = 4_096;
const NODE_SESSION_BYTES_MAX = 1_048_576;
/** And all sessions together. Constants, not configuration: every replica must drop the same ones. */
const TABLE_BYTES_MAX = 67_108_864;
/** What a session and an answer cost beside what the answer says, roughly. */
const SESSION_BYTES = 256;
const ANSWER_BYTES = 128;

/** One client's answers. */
export interface Session {
  readonly id: number;
  /** Highest sequence number whose answer was dropped: what is at or below it and not kept is stale. */
  readonly floor: number;
  /** Ascending, all above `floor`. */
  readonly sequences: readonly number[];
  /** Beside `sequences`. */
  readonly answers: readonly CommandResult[];
}

interface OwnSession {
  readonly id: number;
  floor: number;
  sequences: number[];
  answers: CommandResult[];
  bytes: number;
  /** Captures that there were when it was made: an older one may be in somebody's hands and is replaced before it changes. */
  epoch: number;
}

/**
 * Who has asked what and what was answered, so that a request that comes twice is applied once (Ongaro's thesis §6.3). All that it drops,
 * it drops by what it has seen itself: every replica keeps the same.
 */
export class SessionTable {
  /** Least recently used first: a Map keeps the order of insertion. */
  readonly #sessions = new Map<number, OwnSession>();
  #bytes = 0;
  #epoch = 0;

  get size(): number {
    return this.#sessions.size;
  }

  /** Estimate of the memory that it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  open(id: number, sessionsMax: number): void {
    this.#add({ id, floor: 0, sequences: [], answers: [], bytes: SESSION_BYTES, epoch: this.#epoch });
    while (this.#sessions.size > sessionsMax) this.#endLeastRecentlyUsed();
  }

  /** The answer given before, why there is none, or null: the request is new. A session that is asked for is used. */
  find({ session: id, sequence }: SessionRef): CommandResult | 'expired' | 'stale' | null {
    const session = this.#sessions.get(id);
    if (session === undefined) return 'expired';
    const { sequences } = session;
    const at = placeOf(sequence, sequences);
    const isKept = sequences[at] === sequence;
    if (!isKept && sequence <= session.floor) return 'stale';
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return isKept ? session.answers[at]! : null;
  }

  /** `find` gave null for it. */
  keep(ref: SessionRef, answer: CommandResult, answersMax: number): void {
    this.#keep(ref, answer, answersMax, SESSION_BYTES_MAX);
  }

  /** As `keep`, for a node's session, which also tells what it does not ask for any more. */
  keepOnce(ref: OnceRef, answer: CommandResult): void {
    this.#forget(ref);
    this.#keep(ref, answer, NODE_ANSWERS_MAX, NODE_SESSION_BYTES_MAX);
  }

  #keep(
    { session: id, sequence }: SessionRef,
    answer: CommandResult,
    answersMax: number,
    bytesMax: number,
  ): void {
    const session = this.#ownForChange(this.#sessions.get(id)!);
    const { sequences, answers } = session;
    const at = placeOf(sequence, sequences);
    if (at === sequences.length) {
      sequences.push(sequence);
      answers.push(answer);
    } else {
      sequences.splice(at, 0, sequence);
      answers.splice(at, 0, answer);
    }
    this.#grow(session, answerBytes(answer));
    while (sequences.length > answersMax || (session.bytes > bytesMax && sequences.length > 1))
      this.#dropFirst(session);
    while (this.#bytes > TABLE_BYTES_MAX && this.#sessions.size > 1) this.#endLeastRecentlyUsed();
  }

  /** The sessions as they are now, least recently used first; what changes later does not show in them. */
  capture(): readonly Session[] {
    this.#epoch += 1;
    return [...this.#sessions.values()];
  }

  /** Takes in a session of a snapshot; they come in the order of `capture`. */
  restore(session: Session): void {
    const { id, floor } = session;
    const bytes = session.answers.reduce((sum, answer) => sum + answerBytes(answer), SESSION_BYTES);
    const sequences = [...session.sequences];
    this.#add({ id, floor, sequences, answers: [...session.answers], bytes, epoch: this.#epoch });
  }

  #add(session: OwnSession): void {
    this.#sessions.set(session.id, session);
    this.#bytes += session.bytes;
  }

  #ownForChange(session: OwnSession): OwnSession {
    if (session.epoch === this.#epoch) return session;
    const { sequences, answers } = session;
    const copy = { ...session, sequences: [...sequences], answers: [...answers], epoch: this.#epoch };
    // Setting a key that is there keeps its place in the order.
    this.#sessions.set(session.id, copy);
    return copy;
  }

  #forget({ session: id, settledTo }: OnceRef): void {
    const before = this.#sessions.get(id)!;
    if (settledTo <= before.floor) return;
    const session = this.#ownForChange(before);
    while (session.sequences.length > 0 && session.sequences[0]! <= settledTo) this.#dropFirst(session);
    session.floor = settledTo;
  }

  #dropFirst(session: OwnSession): void {
    session.floor = session.sequences.shift()!;
    this.#grow(session, -answerBytes(session.answers.shift()!));
  }

  #grow(session: OwnSession, bytes: number): void {
    session.bytes += bytes;
    this.#bytes += bytes;
  }

  #endLeastRecentlyUsed(): void {
    const [id, session] = this.#sessions.entries().next().value!;
    this.#sessions.delete(id);
    this.#bytes -= session.bytes;
  }
}

/** Where it stands, or would stand: mostly at the end. */
function placeOf(sequence: number, sequences: readonly number[]): number {
  let low = 0;
  let high = sequences.length;
  if (high > 0 && sequences[high - 1]! < sequence) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sequences[middle]! < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function answerBytes(answer: CommandResult): number {
  return ANSWER_BYTES + commandResultBytes(answer);
}
