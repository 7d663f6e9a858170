import { createHash } from 'node:crypto';
import type { NodeId } from '../consensus/messages.js';
import type { StateMachine } from '../state/state-machine.js';
import type { Clients } from './contracts.js';
import type { FaultScheduler } from './faults/fault-scheduler.js';
import { Violation } from './violation.js';
import type { SimNode } from './world/sim-node.js';
import type { SimWorld } from './world/sim-world.js';

/** More than any election, stream of a snapshot and chain of retries takes. */
export const HEALED_TICKS_MAX = 30_000;
const BLOCK_BYTES = 65_536;

/**
 * Nothing stands in the way of the cluster any more. It has to elect a leader, end what was begun, bring all members to the same state, and
 * serve clients; in bounded time.
 */
export class Convergence {
  readonly #world: SimWorld;
  readonly #faults: FaultScheduler;
  readonly #clients: Clients;
  readonly #fromTick: number;
  readonly #ticksMax: number;
  #isServed = false;

  constructor(world: SimWorld, faults: FaultScheduler, clients: Clients, ticksMax: number) {
    this.#world = world;
    this.#faults = faults;
    this.#clients = clients;
    this.#fromTick = world.tick;
    this.#ticksMax = ticksMax;
  }

  /** Asked once a tick. @throws Violation when it takes too long, or when equal logs made unequal states */
  isReached(): boolean {
    const obstacle = this.#obstacle();
    if (obstacle === null) return true;
    const ticks = this.#world.tick - this.#fromTick;
    if (ticks > this.#ticksMax)
      throw new Violation('liveness', `${ticks} ticks after the healing: ${obstacle}`);
    return false;
  }

  #obstacle(): string | null {
    if (this.#faults.isBusy) return `the operator waits: ${this.#faults.waitsFor}`;
    this.#isServed ||= this.#clients.finalCheck();
    if (!this.#isServed) return `clients are not served, ${this.#clients.pending} of their operations wait`;
    const { leader } = this.#world;
    if (leader === null) return 'nobody leads';
    const members = this.#membersOf(leader);
    const behind = members.find((node) => node === null || !hasAll(node, leader));
    if (behind !== undefined) return behind === null ? 'a member is no node' : `node ${behind.id} is behind`;
    this.#compareStates(members as SimNode[]);
    return null;
  }

  #membersOf(leader: SimNode): (SimNode | null)[] {
    const { voters, votersOutgoing, learners } = leader.process!.raw.membership;
    const ids = new Set<NodeId>([...voters, ...votersOutgoing, ...learners]);
    return [...ids].map((id) => this.#world.node(id));
  }

  #compareStates(members: readonly SimNode[]): void {
    const [first, ...others] = members.map((node) => ({
      node,
      state: stateDigest(node.process!.runtime.machine),
    }));
    for (const { node, state } of others) {
      if (state !== first!.state)
        throw new Violation(
          'state machine safety',
          `nodes ${first!.node.id} and ${node.id} applied the same entries, and their states differ`,
        );
    }
    this.#world.trace(`state ${first!.state}`);
  }
}

function hasAll(node: SimNode, leader: SimNode): boolean {
  if (node.process === null) return false;
  const { lastIndex, term } = leader.process!.raw;
  const { runtime, raw } = node.process;
  return raw.term === term && runtime.machine.appliedIndex === lastIndex;
}

/** Over every byte of the replicated state. */
function stateDigest(machine: StateMachine): string {
  const hash = createHash('sha256');
  const snapshot = machine.beginSnapshot();
  for (let block = snapshot.next(BLOCK_BYTES); block !== null; block = snapshot.next(BLOCK_BYTES))
    hash.update(block);
  return hash.digest('hex').slice(0, 16);
}
