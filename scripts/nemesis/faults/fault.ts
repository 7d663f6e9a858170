import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../loadgen/random.js';
import type { HttpCaller } from '../clients/http-call.js';
import type { Fleet } from '../fleet.js';
import type { FleetNode } from '../fleet-node.js';
import type { Monitor } from '../monitor.js';
import { leaderOf, type NodeView } from '../node-view.js';
import type { SmallDisk } from '../small-disk.js';

export const FAULT_GROUPS = [
  'partition',
  'flaky',
  'kill',
  'pause',
  'disk',
  'member',
  'transfer',
  'restart',
] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

/** What a machine may lack. */
export type Need = 'tracer' | 'small-disk';

export interface FaultContext {
  readonly fleet: Fleet;
  readonly monitor: Monitor;
  readonly caller: HttpCaller;
  readonly random: Random;
  /** How long it shall last, unless `over` comes first. */
  readonly lengthMs: number;
  /** The time of faults is over: undo it now. */
  readonly over: AbortSignal;
  readonly smallDisk: SmallDisk | null;
}

export interface FaultOutcome {
  /** False when there was nothing to harm, or the harm did not come about. */
  readonly happened: boolean;
  readonly detail: string;
  /** The leader was cut off from the majority. */
  readonly leaderInMinority?: boolean;
  /** Something that no fault excuses. */
  readonly violation?: string;
}

/** One kind of fault. `run` does the harm, lets it last, and undoes it before it returns. */
export interface FaultKind {
  readonly name: string;
  readonly group: FaultGroup;
  readonly need?: Need;
  /** Shorter than this it would show nothing. */
  readonly lengthMsMin?: number;
  run(context: FaultContext): Promise<FaultOutcome>;
}

const LEADER_WAIT_MS = 1_500;
const LOOK_MS = 50;

export function notHappened(detail: string): FaultOutcome {
  return { happened: false, detail };
}

/** Waits, but no longer than there is time for faults. */
export async function last(context: FaultContext, ms = context.lengthMs): Promise<void> {
  await sleep(ms, undefined, { signal: context.over }).catch(() => {});
}

/** Who leads right now; null when nobody does for a while. */
export async function findLeader(context: FaultContext): Promise<NodeView | null> {
  const deadlineMs = performance.now() + LEADER_WAIT_MS;
  while (performance.now() < deadlineMs && !context.over.aborted) {
    const leader = leaderOf(await context.monitor.look());
    if (leader !== null) return leader;
    await last(context, LOOK_MS);
  }
  return null;
}

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = random.nextBelow(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}

/** Takes hold of one node that runs: the one named if it is free, else any but those to spare. */
export function holdOne(
  context: FaultContext,
  wanted: number | null,
  spared: readonly number[] = [],
): FleetNode | null {
  const { fleet, random } = context;
  if (wanted !== null) {
    const node = fleet.node(wanted);
    return node?.hold() === true ? node : null;
  }
  const candidates = shuffled(fleet.nodes, random).filter((node) => !spared.includes(node.id));
  return candidates.find((node) => node.hold()) ?? null;
}

/** The sentence of a node that cannot start again after a fault which it must survive. */
export function cannotStart(node: FleetNode, error: unknown): FaultOutcome {
  const sentence = `node ${node.id} did not start again: ${error instanceof Error ? error.message : error}`;
  return { happened: true, detail: sentence, violation: sentence };
}

/** Starts it again; null when it runs. */
export async function startAgain(node: FleetNode): Promise<FaultOutcome | null> {
  try {
    await node.start();
    return null;
  } catch (error) {
    return cannotStart(node, error);
  }
}
