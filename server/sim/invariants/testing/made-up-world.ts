import { initialMembership, type Membership } from '../../../consensus/confchange.js';
import { makeMessage } from '../../../consensus/make-message.js';
import {
  type Entry,
  EntryType,
  type HardState,
  type Message,
  type NodeId,
  type ReadState,
  Role,
  type SnapshotMeta,
  type StorageAppend,
} from '../../../consensus/messages.js';
import type { AppendRequest, AppendTimings } from '../../../ports/log-storage.js';
import { StateMachine } from '../../../state/state-machine.js';
import type { Invariant, NodeProcess, SimulatedNode, World } from '../../contracts.js';
import { drawPlan } from '../../draw-plan.js';
import { Random } from '../../random.js';

const TIMINGS: AppendTimings = {
  submittedNs: 0,
  writeStartedNs: 0,
  writtenNs: 0,
  syncSubmittedNs: 0,
  durableNs: 0,
  batchEntries: 1,
};

interface Begin {
  readonly term?: number;
  readonly vote?: NodeId;
  readonly entries?: readonly Entry[];
  readonly commit?: number;
  readonly applied?: number;
}

/** What a turn of a made-up node does; all of it at once. */
interface Turn {
  readonly entries?: readonly Entry[];
  readonly hardState?: HardState | null;
  readonly snapshot?: SnapshotMeta | null;
  /** Waits for the append. */
  readonly responses?: readonly Message[];
  readonly messages?: readonly Message[];
  readonly committed?: readonly Entry[];
  readonly reads?: readonly ReadState[];
}

/** A node without any logic: a test sets what it is and says what it does. */
export class MadeUpNode implements SimulatedNode {
  readonly id: NodeId;
  life = 0;
  process: NodeProcess | null = null;
  readonly isPaused = false;
  readonly isBroken = false;
  readonly disk = null as never;
  /** The fields of the core, as everybody reads them. */
  readonly core = {
    term: 0,
    role: Role.Follower as Role,
    commitIndex: 0,
    appliedIndex: 0,
    lastIndex: 0,
    firstIndex: 1,
    snapshotIndex: 0,
    membership: initialMembership([1, 2, 3]) as Membership,
    progress: [] as { id: NodeId; match: number; next: number; inflightMessages: number }[],
  };
  machine = new StateMachine();
  snapshots: { readonly meta: SnapshotMeta }[] = [];
  pendingAppends = 0;
  #requests: AppendRequest[] = [];
  #turn: Turn = {};

  constructor(id: NodeId) {
    this.id = id;
  }

  /** Begins a life with this on its disk. */
  begin({ term = 0, vote = 0, entries = [], commit = 0, applied = 0 }: Begin = {}): void {
    this.life += 1;
    this.#requests = [];
    Object.assign(this.core, { term, role: Role.Follower, commitIndex: commit, appliedIndex: applied });
    this.core.lastIndex = entries.length;
    const node = this;
    const raw = Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(this.#coreView())), {
      step: () => {},
      readIndex: () => true,
      ready: () => node.#ready(),
      status: () => ({ progress: node.core.progress }),
    });
    const log = {
      recovered: { hardState: { term, vote, commit }, base: { index: 0, term: 0 }, entries },
      get pendingAppends() {
        return node.pendingAppends;
      },
      pendingBytes: 0,
      append: (request: AppendRequest) => node.#requests.push(request),
    };
    const runtime = {
      get machine() {
        return node.machine;
      },
    };
    const snapshots = { list: () => node.snapshots };
    this.process = { raw, log, runtime, snapshots, clock: null } as unknown as NodeProcess;
  }

  end(): void {
    this.process = null;
  }

  /** Becomes what is given, as by a message. */
  become(change: Partial<MadeUpNode['core']>): void {
    Object.assign(this.core, change);
    this.process!.raw.step(makeMessage({ type: 1, from: 0, to: this.id, term: this.core.term }));
  }

  ask(context: number): void {
    this.process!.raw.readIndex(context);
  }

  /** A turn of the loop; its append goes to the disk. */
  turn(turn: Turn): void {
    this.#turn = turn;
    const { append } = this.process!.raw.ready();
    if (append === null) return;
    const { entries, hardState, snapshot, mustSync } = append;
    this.process!.log.append({ entries, hardState, snapshot, mustSync, onDurable: () => {} });
  }

  /** The disk has done the oldest append. */
  sync(): void {
    this.#requests.shift()?.onDurable(TIMINGS);
  }

  #ready() {
    const { entries = [], hardState = null, snapshot = null, responses = [], ...rest } = this.#turn;
    const hasAppend = entries.length > 0 || hardState !== null || snapshot !== null || responses.length > 0;
    const append: StorageAppend = { entries, hardState, snapshot, mustSync: hardState !== null, responses };
    const last = entries.at(-1);
    if (last !== undefined) this.core.lastIndex = last.index;
    return {
      softState: null,
      append: hasAppend ? append : null,
      messages: rest.messages ?? [],
      committedEntries: rest.committed ?? [],
      readStates: rest.reads ?? [],
    };
  }

  #coreView(): object {
    const { core } = this;
    const view = {};
    for (const name of Object.keys(core) as (keyof typeof core)[])
      Object.defineProperty(view, name, { get: () => core[name], enumerable: true });
    return view;
  }
}

/** Three made-up nodes, watched by invariants. */
export class MadeUpWorld {
  readonly nodes = [new MadeUpNode(1), new MadeUpNode(2), new MadeUpNode(3)] as const;
  readonly #invariants: readonly Invariant[];
  #tick = 0;

  constructor(invariants: readonly Invariant[]) {
    this.#invariants = invariants;
    for (const node of this.nodes) this.begin(node);
  }

  begin(node: MadeUpNode, on: Begin = {}): void {
    node.begin(on);
    for (const invariant of this.#invariants) invariant.onBoot?.(node, node.process!);
  }

  /** The end of a tick. @throws Violation */
  tick(ticks = 1): void {
    for (let passed = 0; passed < ticks; passed++) {
      this.#tick += 1;
      const world = this.#world();
      for (const invariant of this.#invariants) invariant.check(world);
    }
  }

  /** Node 1 leads `term` and brings the entries onto all disks, commits them and has all apply them. */
  agree(entries: readonly Entry[], term: number): void {
    const [leader] = this.nodes;
    const commit = entries.at(-1)!.index;
    leader.become({ term, role: Role.Leader });
    for (const node of this.nodes) {
      node.turn({ entries, hardState: { term, vote: 1, commit: 0 } });
      node.sync();
    }
    for (const node of this.nodes) {
      node.become({ term, commitIndex: commit });
      node.turn({ committed: entries });
      for (const { index, type, data } of entries) {
        if (type === EntryType.ConfChange) node.machine.applyMembership(index, new Uint8Array(0));
        else node.machine.apply(index, data);
      }
      node.core.appliedIndex = commit;
    }
  }

  #world(): World {
    const plan = { ...drawPlan(1, 1), founders: [1, 2, 3] };
    return {
      plan,
      tick: this.#tick,
      clock: null as never,
      nodes: this.nodes,
      isHealed: false,
      fork: () => new Random(1),
      trace: () => {},
    };
  }
}

export function entry(index: number, term: number, data: Uint8Array = new Uint8Array(0)): Entry {
  return { index, term, type: EntryType.Normal, data };
}

export function entries(from: number, to: number, term: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => entry(from + at, term));
}

export function snapshotAt(index: number, term: number, voters: readonly NodeId[] = [1, 2, 3]): SnapshotMeta {
  return { index, term, voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
}
