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
  /** In a smaller cluster it is nothing, or the same as another. */
  readonly nodesMin?: number;
  run(context: FaultContext): Promise<FaultOutcome>;
}

/** Faults overlap: what one wants to harm may not be there at the moment, or another has it. */
const WAIT_MS_MAX = 8_000;
const LOOK_MS = 50;

export function notHappened(detail: string): FaultOutcome {
  return { happened: false, detail };
}

/** Waits, but no longer than there is time for faults. */
export async function last(context: FaultContext, ms = context.lengthMs): Promise<void> {
  await sleep(ms, undefined, { signal: context.over }).catch(() => {});
}

/** Tries until there is something; null when there is not for a while. */
export async function persist<Found>(
  context: FaultContext,
  attempt: () => Promise<Found | null>,
  waitMs = WAIT_MS_MAX,
): Promise<Found | null> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const found = await attempt();
    if (found !== null || performance.now() > endMs || context.over.aborted) return found;
    await last(context, LOOK_MS);
  }
}

/** Who leads right now; null when nobody does for a while. */
export function findLeader(context: FaultContext): Promise<NodeView | null> {
  return persist(context, async () => leaderOf(await context.monitor.look()));
}

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = random.nextBelow(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}

/** Whom a fault of one process takes. */
export type Victim = 'leader' | 'follower' | 'anybody';

/** Takes hold of one node that runs and that no other fault has. */
export function holdOne(context: FaultContext, victim: Victim): Promise<FleetNode | null> {
  return persist(context, async () => {
    const leader = leaderOf(await context.monitor.look());
    if (leader === null && victim !== 'anybody') return null;
    const isWanted = (node: FleetNode): boolean =>
      victim === 'anybody' || (node.id === leader!.id) === (victim === 'leader');
    const candidates = shuffled(context.fleet.nodes.filter(isWanted), context.random);
    return candidates.find((node) => node.hold()) ?? null;
  });
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
