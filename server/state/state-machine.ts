import { InvariantError, StrataError } from '../errors.js';
import {
  decodeCommand,
  type LoggedCommand,
  Operation,
  PLAIN_HEADER_BYTES,
  plainKeyEnd,
} from './command-codec.js';
import { MemberBook } from './member-book.js';
import { decodeMembershipContext, type MembershipContext } from './membership-codec.js';
import { decodeOnceHead, isPlainOnce, ONCE_HEAD_BYTES } from './once-codec.js';
import { CommandRun } from './operations.js';
import { runQuery } from './query.js';
import { SessionTable } from './session-table.js';
import { StateSnapshot } from './state-snapshot.js';
import { Store, type StoredValue } from './store.js';
import { keyText, latin1Text, makeValue } from './value.js';
import type {
  ChangeEvent,
  Command,
  CommandResult,
  MemberRecord,
  OpResult,
  Query,
  QueryResult,
  SessionRef,
} from './vocabulary.js';

/** What a plain put or delete answers. */
export interface ApplyResult {
  /** The store's revision after the write. */
  readonly revision: number;
  /** Put: created. Delete: existed. */
  readonly changed: boolean;
}

/** What a state machine is made of when it comes from a snapshot. */
export interface StateParts {
  readonly store: Store;
  readonly sessions: SessionTable;
  readonly book: MemberBook;
  readonly appliedIndex: number;
  readonly clockMs: number;
}

type ClientRequest = Extract<Command, { kind: 'batch' | 'txn' }>;

/** Keys that one entry ends at most: an entry is applied in one turn of the loop. */
const EXPIRED_KEYS_MAX = 1_000;

/**
 * The replicated state machine: the same entries in the same order give the same state on every node. No clock, no
 * randomness, no I/O.
 */
export class StateMachine {
  readonly #store: Store;
  readonly #sessions: SessionTable;
  #book: MemberBook;
  #appliedIndex: number;
  /** Cluster time: the highest stamp of a command so far. Never goes back. */
  #clockMs: number;

  constructor(parts?: StateParts) {
    this.#store = parts?.store ?? new Store();
    this.#sessions = parts?.sessions ?? new SessionTable();
    this.#book = parts?.book ?? new MemberBook();
    this.#appliedIndex = parts?.appliedIndex ?? 0;
    this.#clockMs = parts?.clockMs ?? 0;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get keyCount(): number {
    return this.#store.size;
  }

  /** Estimate of the memory that keys, values and kept answers take. */
  get stateBytes(): number {
    return this.#store.bytes + this.#sessions.bytes;
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  /** Cluster time at which the next key ends, null when none does. */
  get nextExpiryMs(): number | null {
    return this.#store.earliestDeadlineMs;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get collectsEvents(): boolean {
    return this.#store.changes.isOn;
  }

  /** Switched off, it forgets what was not taken. */
  set collectsEvents(on: boolean) {
    this.#store.changes.isOn = on;
  }

  /** The changes since the last call, in order. */
  takeEvents(): readonly ChangeEvent[] {
    return this.#store.changes.take();
  }

  /** The first members of a new cluster: part of the snapshot at index 0 with which every one of them begins. */
  bootstrap(members: readonly MemberRecord[]): void {
    if (this.#appliedIndex !== 0)
      throw new InvariantError(`bootstrap with ${members.length} members after entry ${this.#appliedIndex}`);
    this.#book.change({ upsert: members, remove: [] });
  }

  /** Other members in place of all, removed ids included: for a state out of a backup, with which a new cluster begins. */
  replaceMembers(members: readonly MemberRecord[]): void {
    this.#book = new MemberBook();
    this.#book.change({ upsert: members, remove: [] });
  }

  /**
   * Applies the entry at `index`: an `ApplyResult` for a plain put or delete, a `CommandResult` for other commands, null for an entry
   * without a command (a new leader's no-op).
   */
  apply(index: number, data: Uint8Array): ApplyResult | CommandResult | null {
    this.#advance(index);
    if (data.length === 0) return null;
    const operation = data[0]!;
    if (operation === Operation.Put || operation === Operation.Delete)
      return this.#applyPlain(operation, data, 0);
    if (isPlainOnce(data)) return this.#applyPlainOnce(data);
    return this.#applyCommand(index, decodeCommand(data));
  }

  /** Applies the entry of a change of membership at `index`; an empty context changes nothing but the index. */
  applyMembership(index: number, context: Uint8Array): void {
    this.#advance(index);
    if (context.length > 0) this.#book.change(decodeLogged(context));
  }

  /** The live record: read it before the next entry is applied, do not keep it. Its value never changes. */
  get(key: Uint8Array): StoredValue | undefined {
    return this.#store.get(keyText(key));
  }

  /** `nowMs` is cluster time: it says how long keys have left and hides none. */
  query(query: Query, nowMs: number): QueryResult {
    return runQuery(this.#store, this.#appliedIndex, query, nowMs);
  }

  /** By id. */
  members(): readonly MemberRecord[] {
    return this.#book.list();
  }

  /** Ascending. */
  removedIds(): readonly number[] {
    return this.#book.removedIds();
  }

  isRemoved(id: number): boolean {
    return this.#book.isRemoved(id);
  }

  /** Empty when it is not known. */
  storageIdOf(id: number): string {
    return this.#book.storageIdOf(id);
  }

  /** The state as it is now, to be taken in slices while writes go on. It costs memory for what changes until it is taken or released. */
  beginSnapshot(): StateSnapshot {
    const appliedIndex = this.#appliedIndex;
    return new StateSnapshot(this.#store, this.#sessions, this.#book, appliedIndex, this.#clockMs);
  }

  #advance(index: number): void {
    // Applying twice or out of order would let replicas drift apart silently (Raft §5.4.3, state machine safety).
    if (index !== this.#appliedIndex + 1)
      throw new InvariantError(`entry ${index} applied after entry ${this.#appliedIndex}`);
    this.#appliedIndex = index;
    this.#store.beginCommand();
  }

  #applyPlain(operation: number, data: Uint8Array, start: number): ApplyResult {
    const keyEnd = plainKeyEnd(data, start);
    if (keyEnd === 0) throw new InvariantError(`plain command of ${data.length} bytes without a whole key`);
    const store = this.#store;
    const key = latin1Text(data, start + PLAIN_HEADER_BYTES, keyEnd);
    const changed =
      operation === Operation.Put
        ? store.put(key, makeValue(data, keyEnd, data.length), 0, this.#clockMs)
        : store.delete(key, this.#clockMs);
    return { revision: store.revision, changed };
  }

  /** A put or delete of a client of another node: nothing of it is decoded but key and value. It answers as a batch of this one step would. */
  #applyPlainOnce(data: Uint8Array): CommandResult {
    const ref = decodeOnceHead(data);
    const before = this.#answerBefore(ref);
    if (before !== null) return before;
    const operation = data[ONCE_HEAD_BYTES]!;
    const { changed, revision: current } = this.#applyPlain(operation, data, ONCE_HEAD_BYTES);
    const revision = operation === Operation.Put ? current : 0;
    const results: OpResult[] = [{ status: 'ok', changed, value: null, revision, count: 0 }];
    const answer = this.#result(true, results, 0, null);
    this.#sessions.keepOnce(ref, answer);
    return answer;
  }

  #applyCommand(index: number, logged: LoggedCommand): CommandResult {
    if (logged.clockMs > this.#clockMs) this.#clockMs = logged.clockMs;
    const { command, limits } = logged;
    switch (command.kind) {
      case 'batch':
      case 'txn':
        return this.#applyRequest(command, logged);
      case 'open-session':
        this.#sessions.open(index, limits.sessionsMax);
        return this.#result(true, [], index, null);
      case 'expire-due':
        this.#expireDue();
        return this.#result(true, [], 0, null);
      case 'register-storage':
        return this.#result(this.#book.registerStorage(command.node, command.storageId), [], 0, null);
    }
  }

  #applyRequest(command: ClientRequest, logged: LoggedCommand): CommandResult {
    const { session } = command;
    if (session === null) return this.#runOps(command, logged);
    const before = this.#answerBefore(session);
    if (before !== null) return before;
    const answer = this.#runOps(command, logged);
    if (logged.once === null) this.#sessions.keep(session, answer, logged.limits.sessionAnswersMax);
    else this.#sessions.keepOnce(logged.once, answer);
    return answer;
  }

  /** What was answered before, or what is wrong with the session; null when the request is new. */
  #answerBefore(session: SessionRef): CommandResult | null {
    const before = this.#sessions.find(session);
    return before === 'expired' || before === 'stale' ? this.#result(false, [], 0, before) : before;
  }

  #runOps(command: ClientRequest, { limits }: LoggedCommand): CommandResult {
    const run = new CommandRun(this.#store, this.#clockMs, limits.valueBytesMax);
    if (command.kind === 'batch') return this.#result(true, run.runAll(command.ops), 0, null);
    const succeeded = run.holds(command.compares);
    return this.#result(succeeded, run.runAll(succeeded ? command.success : command.failure), 0, null);
  }

  #expireDue(): void {
    for (let ended = 0; ended < EXPIRED_KEYS_MAX; ended++) {
      const key = this.#store.due(this.#clockMs);
      if (key === null) return;
      this.#store.touch(key, this.#clockMs);
    }
  }

  /** Called when the steps have run: the revision is the one after them. */
  #result(
    succeeded: boolean,
    results: readonly OpResult[],
    session: number,
    sessionFault: CommandResult['sessionFault'],
  ): CommandResult {
    return { revision: this.#store.revision, succeeded, results, session, sessionFault };
  }
}

/** What stands in the log was checked before it came there. */
function decodeLogged(context: Uint8Array): MembershipContext {
  try {
    return decodeMembershipContext(context);
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    throw new InvariantError(`membership of ${context.length} bytes in the log: ${error.details.reason}`);
  }
}
