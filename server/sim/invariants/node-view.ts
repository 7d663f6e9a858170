import { type NodeId, Role } from '../../consensus/messages.js';
import type { RawNode } from '../../consensus/raw-node.js';
import { LogModel } from '../../consensus/testing/log-model.js';
import type { AppendRequest, RecoveredLog } from '../../ports/log-storage.js';
import type { NodeProcess } from '../contracts.js';
import type { LastLife } from './watcher.js';

/** What the observer knows of one node, through all its lives. */
export class NodeView {
  readonly id: NodeId;
  life = 0;
  /** Null while it is down. */
  process: NodeProcess | null = null;
  /** The log as handed to the disk; what is compacted stays here. */
  log = new LogModel({ index: 0, term: 0 }, []);
  /** The log as the disk says it is durable. */
  durable = new LogModel({ index: 0, term: 0 }, []);
  durableTerm = 0;
  durableVote: NodeId = 0;
  /** Appends handed to the disk and not durable yet, in order. */
  readonly underWay: AppendRequest[] = [];

  term = 0;
  role: Role = Role.Follower;
  commit = 0;
  /** Handed out to be applied. */
  handedOut = 0;

  constructor(id: NodeId) {
    this.id = id;
  }

  get raw(): RawNode | null {
    return this.process?.raw ?? null;
  }

  /** `node 2 (life 3)`. */
  get words(): string {
    return `node ${this.id} (life ${this.life})`;
  }

  begin(life: number, process: NodeProcess): void {
    const { raw, log } = process;
    this.life = life;
    this.process = process;
    this.#takeOver(log.recovered);
    this.term = raw.term;
    this.role = raw.role;
    this.commit = raw.commitIndex;
    this.handedOut = raw.appliedIndex;
  }

  #takeOver({ base, entries, hardState }: RecoveredLog): void {
    this.log = new LogModel(base, entries);
    this.durable = new LogModel(base, entries);
    this.durableTerm = hardState.term;
    this.durableVote = hardState.vote;
    this.underWay.length = 0;
  }

  /** Null when it never lived. */
  lastLife(): LastLife | null {
    if (this.life === 0) return null;
    let index = this.durable.lastIndex;
    for (const { entries, snapshot } of this.underWay) {
      // A snapshot replaces everything; what it stands for is durable elsewhere.
      if (snapshot !== null) index = 0;
      if (entries.length > 0) index = Math.min(index, entries[0]!.index - 1);
    }
    return { term: this.durableTerm, vote: this.durableVote, index, entryTerm: this.durable.term(index) };
  }

  /** The oldest append under way is done. */
  becomeDurable(): void {
    const request = this.underWay.shift();
    if (request === undefined) return;
    const { entries, hardState, snapshot } = request;
    if (snapshot !== null) this.durable.reset(snapshot);
    this.durable.write(entries);
    if (hardState === null) return;
    this.durableTerm = hardState.term;
    this.durableVote = hardState.vote;
  }

  /** Whether the entry is durable here, by itself or in a snapshot. */
  holds(index: number, term: number): boolean {
    return this.durable.base.index >= index || this.durable.term(index) === term;
  }
}
