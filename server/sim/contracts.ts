import type { NodeId } from '../consensus/messages.js';
import type { RawNode } from '../consensus/raw-node.js';
import type { VolatileFileSystem } from '../io/volatile-file-system.js';
import type { Clock } from '../ports/clock.js';
import type { LogStorage } from '../ports/log-storage.js';
import type { SnapshotStorage } from '../ports/snapshot-storage.js';
import type { NodeRuntime } from '../runtime/node-runtime.js';
import type { SimPlan } from './plan.js';
import type { Random } from './random.js';

/** A tick of the simulation is one millisecond of its time. */
export const TICK_MS = 1;

/**
 * The simulated machines as clients, invariants and mutations see them. Everything in it is the production code of a node; only time,
 * wires and disks are made up.
 */
export interface World {
  readonly plan: SimPlan;
  /** Ticks since the beginning. */
  readonly tick: number;
  /** The time of nobody in particular: clients live by it. */
  readonly clock: Clock;
  /** Every node there ever was, by id; those that were replaced too. */
  readonly nodes: readonly SimulatedNode[];
  /** Faults are over: the cluster has to converge. */
  readonly isHealed: boolean;
  /** A stream of random numbers of its own for whoever asks: drawing from one never moves another. */
  fork(name: string): Random;
  /** A line of the run's record: part of the digest that two runs of one seed are compared by. */
  trace(line: string): void;
}

export interface SimulatedNode {
  readonly id: NodeId;
  /** Number of starts. */
  readonly life: number;
  /** Null while the process is down. */
  readonly process: NodeProcess | null;
  /** Stands still (SIGSTOP). */
  readonly isPaused: boolean;
  /** Damage on its disk was found at a start, rightly: it stays down until it is replaced under a new id. */
  readonly isBroken: boolean;
  readonly disk: VolatileFileSystem;
}

/** A running node. */
export interface NodeProcess {
  readonly runtime: NodeRuntime;
  readonly raw: RawNode;
  /** Exactly what the runtime was given: observers listen in on it. */
  readonly log: LogStorage;
  readonly snapshots: SnapshotStorage;
  /** The node's own: another zero in each life, another rate. The stamps of a request are of this clock, as its network layer would take them. */
  readonly clock: Clock;
}

/** One property that must hold at all times, in a file of its own. */
export interface Invariant {
  /** `election safety` */
  readonly name: string;
  /** Where it is promised: section of the paper, or of the thesis. */
  readonly source: string;
  /** Called when a process is built and before it does anything, so that nothing it does is missed. */
  onBoot?(node: SimulatedNode, process: NodeProcess): void;
  /** After every tick. @throws Violation */
  check(world: World): void;
}

/** Clients of the cluster: they write, read, remember what they were told and hold the cluster to it. */
export interface Clients {
  /** Begins the load; operations go on until `stop`. */
  start(): void;
  /** No new operations; those under way end in bounded time. */
  stop(): void;
  readonly pending: number;
  /**
   * After everything is healed: writes and reads that have to succeed. Called again and again in ticks until true: all of them did, and what every
   * client was ever told still holds. @throws Violation when something acknowledged is gone or something was made up.
   */
  finalCheck(): boolean;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines as `results/schema/history.ts` defines them. */
  readonly history: readonly HistoryEvent[];
}

/** Structurally the `HistoryEvent` of `results/schema/history.ts`, which the server may not import. */
export interface HistoryEvent {
  readonly process: number;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  readonly f: 'read' | 'write' | 'cas' | 'get' | 'put' | 'append';
  readonly key: string;
  readonly value: unknown;
  /** Nanoseconds. */
  readonly time: number;
}

export interface SimOptions {
  readonly seed: number;
  readonly ticks: number;
  /** A planted defect, by name. */
  readonly mutation?: string;
  /** Called with every line of the record. */
  readonly onTrace?: (line: string) => void;
  /** Last word on what the seed drew: scenarios and mutations aim it. */
  readonly adjust?: (plan: SimPlan) => SimPlan;
}

/** What a run did, to see that it was about something. */
export interface SimReport {
  readonly seed: number;
  readonly ticks: number;
  /** Over every line of the record: equal seeds must give equal digests. */
  readonly digest: string;
  /** `leaders`, `crashes`, `power cuts`, `partitions`, `snapshots installed`, `operations ok`, … */
  readonly counts: Readonly<Record<string, number>>;
  readonly history: readonly HistoryEvent[];
}

/** A mutation of research §A5: a defect that somebody once had, which only tests and `strata sim --mutation` can plant. */
export interface SimMutation {
  /** Number in the table, 1 to 20. */
  readonly number: number;
  /** `commit-by-counting` */
  readonly name: string;
  /** One sentence, and where it happened. */
  readonly defect: string;
  /** Names of the checks that may speak; any other one would be found for a wrong reason. */
  readonly foundBy: readonly string[];
  /** Aims the runs, so that the defect has an occasion. */
  readonly adjust?: (plan: SimPlan) => SimPlan;
  /** Puts the defect into the code of all nodes until the returned function takes it out again. */
  apply(): () => void;
}
