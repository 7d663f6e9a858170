import type { NodeId } from '../../consensus/messages.js';
import type { Random } from '../random.js';
import { addressOf, newMember } from '../world/node-process.js';
import type { SimNode } from '../world/sim-node.js';
import type { SimWorld } from '../world/sim-world.js';
import { Errand } from './errand.js';
import type { Fault } from './fault.js';
import type { MembershipView } from './membership-view.js';

const VOTERS_MAX = 5;
const VOTERS_MIN = 2;
/** How long a node that was removed goes on before somebody switches it off. */
const RETIRE_TICKS_MAX = 2_000;

/**
 * Who runs the cluster: adds members, removes and replaces them, one after the other; hands the lead over; asks for snapshots; and
 * replaces a node whose disk is damaged by a new one under a new id.
 */
export class Operator implements Fault {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #view: MembershipView;
  /** The change of membership under way, step by step. */
  #errands: Errand[] = [];
  readonly #retireTicks = new Map<SimNode, number>();

  constructor(world: SimWorld, view: MembershipView) {
    this.#world = world;
    this.#random = world.fork('operator');
    this.#view = view;
  }

  /** A change of membership is under way, or somebody has to be replaced. */
  get isBusy(): boolean {
    return this.#errands.length > 0 || this.#nextBroken() !== null;
  }

  get waitsFor(): string {
    return this.#errands[0]?.name ?? 'replacements';
  }

  /** The members are what they are, and stay so for now. */
  get isQuiet(): boolean {
    return this.#errands.length === 0;
  }

  onTick(): void {
    const { transfer, memberChange } = this.#world.plan.faults;
    this.#goOn();
    if (transfer > 0 && this.#random.chance(transfer)) this.#handOver();
    if (transfer > 0 && this.#random.chance(transfer)) this.#takeSnapshot();
    if (memberChange > 0 && this.#random.chance(memberChange)) this.#change();
  }

  /** What has to be done whatever else happens, after the healing too. */
  keepOn(): void {
    this.#goOn();
  }

  heal(): void {
    for (const node of this.#retireTicks.keys()) this.#retireTicks.set(node, 0);
  }

  #goOn(): void {
    this.#retire();
    const [errand] = this.#errands;
    if (errand === undefined) {
      const broken = this.#nextBroken();
      if (broken !== null) this.#replaceBroken(broken);
      return;
    }
    if (this.#errands.some(({ subject }) => this.#world.node(subject)?.isBroken === true)) this.#errands = [];
    else if (errand.isDone()) this.#errands.shift();
    else errand.onTick();
  }

  #retire(): void {
    for (const [node, tick] of this.#retireTicks) {
      if ((this.#world.tick < tick && !this.#world.isHealed) || !this.#view.isWidelyKnown()) continue;
      this.#retireTicks.delete(node);
      node.isRetired = true;
      if (node.isUp) node.crash();
    }
  }

  #nextBroken(): SimNode | null {
    return this.#world.nodes.find((node) => node.isBroken && !node.isRetired) ?? null;
  }

  #replaceBroken(broken: SimNode): void {
    if (!this.#view.has(broken.id)) {
      broken.isRetired = true;
      return;
    }
    this.#world.counts.add('broken nodes replaced');
    if (this.#view.voters.has(broken.id)) this.#replace(broken.id);
    else this.#remove(broken.id);
  }

  #change(): void {
    const { voters, learners, isJoint } = this.#view;
    const isBudgetUsed = this.#world.nodes.some(({ storage, isRetired }) => storage.isFlipped && !isRetired);
    if (!this.isQuiet || isJoint || isBudgetUsed || this.#nextBroken() !== null) return;
    const kinds = ['replace'];
    if (voters.size < VOTERS_MAX) kinds.push('grow', 'learn');
    if (voters.size > VOTERS_MIN) kinds.push('shrink');
    if (learners.size > 0) kinds.push('promote', 'forget');
    const kind = this.#random.pick(kinds);
    this.#world.counts.add(`members: ${kind}`);
    this.#world.trace(`operator ${kind}`);
    if (kind === 'replace') this.#replace(this.#random.pick([...voters]));
    else if (kind === 'shrink') this.#remove(this.#random.pick([...voters]));
    else if (kind === 'forget') this.#remove(this.#random.pick([...learners]));
    else if (kind === 'promote') this.#errands.push(this.#promotion(this.#random.pick([...learners])));
    else {
      const id = this.#add();
      if (kind === 'grow') this.#errands.push(this.#promotion(id));
    }
  }

  /** A new machine that joins as a learner. */
  #add(): NodeId {
    const id = Math.max(...this.#world.nodes.map((node) => node.id)) + 1;
    const addresses = [...this.#view.voters, id].map(addressOf);
    this.#world.addNode(id, addresses, true).start();
    this.#errands.push(
      new Errand(this.#world, this.#random, {
        name: `add ${id}`,
        subject: id,
        isReached: () => this.#view.has(id),
        ask: (admin, done) => admin.addMember(newMember(id), done),
      }),
    );
    return id;
  }

  #promotion(id: NodeId): Errand {
    return new Errand(this.#world, this.#random, {
      name: `promote ${id}`,
      subject: id,
      isReached: () => this.#view.voters.has(id) && !this.#view.isJoint,
      ask: (admin, done) => admin.promoteMember(id, done),
    });
  }

  #replace(id: NodeId): void {
    const by = this.#add();
    this.#errands.push(
      new Errand(this.#world, this.#random, {
        name: `replace ${id} by ${by}`,
        subject: by,
        isReached: () => this.#isGone(id),
        ask: (admin, done) => admin.replaceMember(id, by, done),
      }),
    );
  }

  #remove(id: NodeId): void {
    this.#errands.push(
      new Errand(this.#world, this.#random, {
        name: `remove ${id}`,
        subject: 0,
        isReached: () => this.#isGone(id),
        ask: (admin, done) => admin.removeMember(id, done),
      }),
    );
  }

  #isGone(id: NodeId): boolean {
    if (this.#view.has(id) || this.#view.isJoint) return false;
    const node = this.#world.node(id);
    if (node !== null && !node.isRetired && !this.#retireTicks.has(node))
      this.#retireTicks.set(node, this.#world.tick + this.#random.between(0, RETIRE_TICKS_MAX));
    return true;
  }

  #handOver(): void {
    const to = this.#random.chance(0.5) ? null : this.#random.pick([...this.#view.voters]);
    this.#world.counts.add('transfers');
    this.#errandless(
      (node) => node.process!.runtime.admin.transferLeader(to, () => {}),
      `transfer to ${to ?? 'anybody'}`,
    );
  }

  #takeSnapshot(): void {
    this.#world.counts.add('snapshots asked for');
    this.#errandless((node) => node.process!.runtime.admin.takeSnapshot(() => {}), 'snapshot');
  }

  /** Asked once, whatever comes of it. */
  #errandless(ask: (node: SimNode) => void, name: string): void {
    const up = this.#world.nodes.filter(({ process, isPaused }) => process !== null && !isPaused);
    if (up.length === 0) return;
    const node = this.#random.pick(up);
    this.#world.trace(`operator asks ${node.id}: ${name}`);
    node.run(() => ask(node));
  }
}
