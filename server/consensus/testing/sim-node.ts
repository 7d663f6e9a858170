import type { RaftConfig } from '../config.js';
import { type Entry, EntryType, type Message, type NodeId } from '../messages.js';
import { RawNode } from '../raw-node.js';
import type { Invariants } from './invariants.js';
import type { Observed } from './observed.js';
import type { Random } from './random.js';
import { StorageModel } from './storage-model.js';

/** What a node needs of the cluster around it. */
export interface Surroundings {
  readonly random: Random;
  readonly invariants: Invariants;
  send(message: Message): void;
}

/**
 * One node: the real core on a modelled disk, with a state machine that is a list. Every step is a method, nothing happens by
 * itself: readies are taken by `drain`, appends complete by `complete`, entries are applied by `apply`.
 */
export class SimNode implements Observed {
  readonly id: NodeId;
  readonly #config: RaftConfig;
  readonly #around: Surroundings;
  storage: StorageModel;
  /** Null while the node is down. */
  raw: RawNode | null = null;
  /** The log as handed to storage: what the core holds in memory after a drain. */
  readonly submitted: Entry[] = [];
  /** The state machine: volatile, built anew after a restart. */
  readonly applied: Entry[] = [];
  #toApply: Entry[] = [];

  constructor(config: RaftConfig, around: Surroundings) {
    this.id = config.id;
    this.#config = config;
    this.#around = around;
    this.storage = new StorageModel(config.entries, config.hardState);
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

  start(): void {
    const { entries, hardState } = this.storage;
    this.submitted.splice(0, this.submitted.length, ...entries);
    this.applied.length = 0;
    this.#toApply = [];
    this.raw = new RawNode({ ...this.#config, entries, hardState, applied: 0 });
    this.#around.invariants.onStart(this);
  }

  crash(): void {
    this.storage.crash(this.#around.random);
    this.raw = null;
  }

  /** Any call of the core, with the invariants checked behind it. Does nothing while the node is down. */
  call(action: (raw: RawNode) => void): void {
    if (this.raw === null) return;
    action(this.raw);
    this.#around.invariants.onStep(this);
  }

  /** Takes all readies there are. */
  drain(): void {
    while (this.raw?.hasReady() === true) this.takeReady();
  }

  takeReady(): void {
    const { raw } = this;
    if (raw === null) return;
    const { invariants } = this.#around;
    const { append, messages, committedEntries, readStates } = raw.ready();
    if (append !== null) {
      invariants.onSubmit(this, append);
      const first = append.entries[0];
      if (first !== undefined) this.submitted.length = first.index - 1;
      for (const entry of append.entries) this.submitted.push(entry);
      this.storage.submit(append);
    }
    for (const message of messages) {
      invariants.onImmediateSend(this, message);
      this.#around.send(message);
    }
    for (const entry of committedEntries) this.#toApply.push(entry);
    for (const state of readStates) invariants.onReadState(this, state);
    invariants.onDrained(this);
  }

  /** The oldest append becomes durable and releases what waited for it. */
  complete(): void {
    if (this.raw === null || this.storage.pendingCount === 0) return;
    const { responses } = this.storage.complete();
    for (const message of responses) {
      this.#around.invariants.onRelease(this, message);
      if (message.to === this.id) this.call((raw) => raw.step(message));
      else this.#around.send(message);
    }
  }

  apply(): void {
    const entries = this.#toApply;
    if (this.raw === null || entries.length === 0) return;
    this.#toApply = [];
    for (const entry of entries) {
      this.#around.invariants.onApply(this, entry);
      this.applied.push(entry);
      if (entry.type === EntryType.ConfChange) this.call((raw) => raw.applyConfChange(entry.data));
    }
    const last = entries[entries.length - 1]!.index;
    this.call((raw) => raw.appliedTo(last));
  }
}
