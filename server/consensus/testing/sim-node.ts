import type { RaftConfig } from '../config.js';
import {
  type Entry,
  EntryType,
  FORCED,
  type Message,
  MessageType,
  type NodeId,
  type Ready,
  type SnapshotMeta,
} from '../messages.js';
import { RawNode } from '../raw-node.js';
import type { Invariants } from './invariants.js';
import { LogModel } from './log-model.js';
import type { Observed } from './observed.js';
import type { Random } from './random.js';
import type { SnapshotStreams } from './snapshot-streams.js';
import { type SnapshotFile, StorageModel } from './storage-model.js';

/** What a node needs of the cluster around it. */
export interface Surroundings {
  readonly random: Random;
  readonly invariants: Invariants;
  readonly streams: SnapshotStreams;
  send(message: Message): void;
}

/**
 * One node: the real core on a modelled disk, with a state machine that is a list. Every step is a method, nothing happens by
 * itself: readies are taken by `drain`, appends complete by `complete`, entries are applied by `apply`, snapshots are written by
 * `beginSnapshot` and `finishSnapshot`.
 */
export class SimNode implements Observed {
  readonly id: NodeId;
  readonly #config: RaftConfig;
  readonly #around: Surroundings;
  readonly storage: StorageModel;
  /** Null while the node is down. */
  raw: RawNode | null = null;
  submitted: LogModel;
  /** The state machine: volatile, taken from the newest snapshot after a restart. */
  readonly applied: Entry[] = [];
  #toApply: Entry[] = [];
  /** A snapshot that is being written. */
  #writing: SnapshotFile | null = null;
  #voteGraceTicks = 0;
  readonly #forcedTerms = new Set<number>();

  constructor(config: RaftConfig, around: Surroundings) {
    this.id = config.id;
    this.#config = config;
    this.#around = around;
    const { base, entries, hardState, snapshot } = config;
    this.storage = new StorageModel(new LogModel(base, entries), hardState, { meta: snapshot, state: [] });
    this.submitted = new LogModel(base, entries);
    this.start();
  }

  get isUp(): boolean {
    return this.raw !== null;
  }

  get hasWork(): boolean {
    return this.raw !== null && (this.raw.hasReady() || this.storage.pendingCount > 0 || this.hasToApply);
  }

  get hasToApply(): boolean {
    return this.#toApply.length > 0;
  }

  start(isNewestDamaged = false): void {
    const { meta, state } = this.storage.recover(isNewestDamaged);
    const { log, hardState } = this.storage;
    const { base, entries } = log;
    this.submitted = new LogModel(base, entries);
    this.#swapState(state);
    this.#toApply = [];
    this.#forcedTerms.clear();
    const config = { ...this.#config, snapshot: meta, base, entries, hardState };
    const hasTerm = Math.max(hardState.term, meta.term) > 0;
    this.#voteGraceTicks = config.voteGraceTicks ?? (hasTerm ? config.electionTicksMin : 0);
    this.raw = new RawNode(config);
    this.#around.invariants.onStart(this);
  }

  crash(): void {
    this.storage.crash(this.#around.random);
    this.#writing = null;
    this.raw = null;
  }

  isInVoteGrace(term: number): boolean {
    return this.#voteGraceTicks > 0 && !this.#forcedTerms.has(term);
  }

  /** Any call of the core, with the invariants checked behind it. Does nothing while the node is down. */
  call(action: (raw: RawNode) => void): void {
    if (this.raw === null) return;
    action(this.raw);
    this.#around.invariants.onStep(this);
  }

  tick(): void {
    if (this.#voteGraceTicks > 0) this.#voteGraceTicks -= 1;
    this.call((raw) => raw.tick());
  }

  receive(message: Message): void {
    if (message.type === MessageType.Vote && message.context === FORCED) this.#forcedTerms.add(message.term);
    this.call((raw) => raw.step(message));
  }

  /** Takes all readies there are. */
  drain(): void {
    while (this.raw?.hasReady() === true) this.takeReady();
  }

  takeReady(): void {
    const { raw } = this;
    if (raw === null) return;
    const { invariants } = this.#around;
    const ready = raw.ready();
    this.#persist(ready);
    for (const message of ready.messages) {
      invariants.answers.onImmediateSend(this, message);
      if (message.type === MessageType.Snapshot) this.#around.streams.open(this, message);
      else this.#around.send(message);
    }
    for (const entry of ready.committedEntries) this.#toApply.push(entry);
    for (const state of ready.readStates) invariants.onReadState(this, state);
    invariants.onDrained(this);
  }

  #persist({ append }: Ready): void {
    if (append === null) return;
    this.#around.invariants.onSubmit(this, append);
    if (append.snapshot !== null) this.#install(append.snapshot);
    this.submitted.write(append.entries);
    this.storage.submit(append);
  }

  /** The state machine is swapped at once; what was still to be applied is in the new one. */
  #install(meta: SnapshotMeta): void {
    const { invariants, streams } = this.#around;
    this.submitted.reset(meta);
    this.#toApply = [];
    this.#swapState(streams.stateOf(meta));
    this.call((raw) => raw.appliedTo(meta.index));
    invariants.onInstalled(this, meta);
  }

  #swapState(state: readonly Entry[]): void {
    this.applied.splice(0, this.applied.length, ...state);
  }

  /** The oldest append becomes durable and releases what waited for it. */
  complete(): void {
    if (this.raw === null || this.storage.pendingCount === 0) return;
    const { responses } = this.storage.complete();
    for (const message of responses) {
      this.#around.invariants.answers.onRelease(this, message);
      if (message.to === this.id) this.call((raw) => raw.step(message));
      else this.#around.send(message);
    }
  }

  apply(): void {
    const entries = this.#toApply;
    if (this.raw === null || entries.length === 0) return;
    this.#toApply = [];
    const { invariants } = this.#around;
    // A snapshot came in between and the next ready will bring it: its membership is in force already.
    const isReplaced = this.raw.firstIndex > entries[0]!.index;
    for (const entry of entries) {
      invariants.onApply(this, entry);
      this.applied.push(entry);
      if (entry.type !== EntryType.ConfChange) continue;
      this.call((raw) => raw.applyConfChange(entry.data));
      if (!isReplaced) invariants.onMembership(this, entry.index);
    }
    const last = entries[entries.length - 1]!.index;
    this.call((raw) => raw.appliedTo(last));
  }

  // Snapshots

  get isWritingSnapshot(): boolean {
    return this.#writing !== null;
  }

  beginSnapshot(): void {
    const { raw } = this;
    if (raw === null || this.#writing !== null || raw.appliedIndex <= raw.snapshotIndex) return;
    const meta = raw.snapshotMeta();
    this.#around.invariants.onSnapshot(meta);
    this.#writing = { meta, state: [...this.applied] };
    this.#around.streams.register(this.#writing);
  }

  finishSnapshot(): void {
    const file = this.#writing;
    if (file === null) return;
    this.#writing = null;
    this.storage.saveSnapshot(file);
    this.call((raw) => raw.snapshotTaken(file.meta));
  }

  /** Forgets what the newest snapshot covers, except for the last `keep` entries of it. */
  compact(keep: number): void {
    const { raw } = this;
    if (raw === null) return;
    const index = raw.snapshotIndex - keep;
    this.call(() => raw.compact(index));
    this.storage.compact(index);
  }

  /** The whole file is here and durable; `isStepped` false: the node crashes before it gets to know. */
  receiveSnapshot(message: Message, isStepped: boolean): void {
    if (this.raw === null || message.snapshot === null) return;
    const { snapshot: meta } = message;
    this.storage.saveSnapshot({ meta, state: this.#around.streams.stateOf(meta) });
    if (isStepped) this.receive(message);
    else this.crash();
  }
}
