import { StrataError } from '../../errors.js';
import type { ConfChange } from '../confchange.js';
import { type NodeId, Role } from '../messages.js';
import { drawConfig, drawNetwork } from './chaos-config.js';
import { Cluster } from './cluster.js';
import { NO_FAULTS } from './network-model.js';
import { Random } from './random.js';
import type { SimNode } from './sim-node.js';
import { Violation } from './violation.js';
import { changeWeather } from './weather.js';

/** What a run did, to see that it was about something. */
export interface ChaosReport {
  readonly seed: number;
  readonly leaders: number;
  readonly committed: number;
  readonly crashes: number;
  readonly changes: number;
  readonly reads: number;
  /** Of every state after every step: equal seeds must give equal digests. */
  readonly digest: number;
}

/** What a healed cluster has to agree on. */
interface LastWord {
  readonly index: number;
  readonly term: number;
  readonly readsBefore: number;
}

type Action = (this: Chaos) => void;

/** Rounds in which a healed cluster has to agree: some elections that split, and time to catch up. */
const HEALED_ROUNDS_MAX = 400;

/**
 * One random run. The seed draws the shape of the cluster, how bad everything is, and every step. Two phases: anything may happen
 * and nothing may break; then everything is healed and the cluster has to agree and go on.
 */
export class Chaos {
  readonly seed: number;
  readonly #random: Random;
  readonly #cluster: Cluster;
  readonly #ids: readonly NodeId[];
  readonly #actions: readonly (readonly [weight: number, action: Action])[];
  readonly #weightSum: number;
  readonly #changesMembers: boolean;
  #proposals = 0;
  #crashes = 0;
  #changes = 0;
  #digest = 0;

  constructor(seed: number) {
    this.seed = seed;
    const random = new Random(seed);
    this.#random = random;
    const count = random.pick([1, 2, 3, 3, 3, 4, 5, 5, 5, 5]);
    this.#ids = Array.from({ length: count }, (_, at) => at + 1);
    this.#changesMembers = random.chance(0.4);
    const voters = this.#changesMembers ? this.#ids.slice(0, random.between(1, count)) : this.#ids;
    this.#cluster = new Cluster({ ids: this.#ids, seed: seed + 1, config: drawConfig(random, voters) });
    this.#cluster.network.faults = drawNetwork(random);
    this.#actions = this.#drawActions(random);
    this.#weightSum = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
  }

  #drawActions(random: Random): [number, Action][] {
    const rare = (most: number): number => (random.chance(0.7) ? random.next() * most : 0);
    return [
      [60, this.#deliver],
      [random.between(6, 24), this.#tick],
      [random.between(10, 50), this.#takeReady],
      [random.between(4, 40), this.#complete],
      [random.between(2, 20), this.#apply],
      [random.between(1, 8), this.#propose],
      [random.between(0, 8), this.#read],
      [rare(0.3), this.#crash],
      [rare(0.3), this.#crashLeader],
      [0.5 + random.next(), this.#restart],
      [0.1 + random.next() * 0.3, this.#changeWeather],
      [rare(0.2), this.#transfer],
      [rare(0.5), this.#campaign],
      [rare(0.5), this.#reportUnreachable],
      [rare(0.1), this.#forgetLeader],
      [this.#changesMembers ? 0.3 : 0, this.#change],
    ];
  }

  run(steps: number): ChaosReport {
    for (let step = 0; step < steps; step++) this.#step();
    this.#converge();
    const { invariants } = this.#cluster;
    return {
      seed: this.seed,
      leaders: invariants.leaderCount,
      committed: invariants.chosen.length,
      crashes: this.#crashes,
      changes: this.#changes,
      reads: invariants.readsServed,
      digest: this.#digest,
    };
  }

  #step(): void {
    let at = this.#random.next() * this.#weightSum;
    for (const [weight, action] of this.#actions) {
      at -= weight;
      if (at >= 0) continue;
      action.call(this);
      break;
    }
    this.#digest = (Math.imul(this.#digest, 31) + this.#fingerprint()) | 0;
  }

  #fingerprint(): number {
    let sum = this.#cluster.network.underWay.length;
    for (const { raw, id } of this.#cluster.nodes) {
      if (raw !== null) sum += id * (raw.term * 7 + raw.commitIndex * 131 + raw.lastIndex * 1031);
    }
    return sum;
  }

  #pick(): SimNode {
    return this.#cluster.node(this.#random.pick(this.#ids));
  }

  /** A node with work of one kind: without this most steps of a large cluster would do nothing. */
  #pickWith(hasWork: (node: SimNode) => boolean): SimNode | null {
    const start = this.#random.between(0, this.#ids.length - 1);
    for (let offset = 0; offset < this.#ids.length; offset++) {
      const node = this.#cluster.node(this.#ids[(start + offset) % this.#ids.length]!);
      if (hasWork(node)) return node;
    }
    return null;
  }

  // Ordinary life

  #deliver(): void {
    this.#cluster.deliver();
  }

  #tick(): void {
    this.#cluster.tick(this.#pick().id);
  }

  #takeReady(): void {
    this.#pickWith((node) => node.raw?.hasReady() === true)?.takeReady();
  }

  #complete(): void {
    this.#pickWith((node) => node.isUp && node.storage.pendingCount > 0)?.complete();
  }

  #apply(): void {
    this.#pickWith((node) => node.hasToApply)?.apply();
  }

  /** Anyone who believes to lead is asked; refusals are part of life, anything else is not. */
  #propose(): void {
    const node = this.#pickWith(leads);
    if (node === null) return;
    this.#proposals += 1;
    const text = `${this.#proposals}${this.#random.chance(0.1) ? '.'.repeat(200) : ''}`;
    unlessRefused(() => this.#cluster.propose(node.id, text));
  }

  #read(): void {
    const node = this.#random.chance(0.5) ? this.#pickWith(leads) : this.#pick();
    if (node?.isUp === true) this.#cluster.read(node.id);
  }

  // Faults

  #crash(): void {
    this.#crashNode(this.#pick());
  }

  #crashLeader(): void {
    const { leader } = this.#cluster;
    if (leader !== null) this.#crashNode(leader);
  }

  #crashNode(node: SimNode): void {
    if (node.isUp) this.#crashes += 1;
    this.#cluster.crash(node.id);
  }

  #restart(): void {
    this.#cluster.restart(this.#pick().id);
  }

  #changeWeather(): void {
    changeWeather(this.#cluster, this.#random);
  }

  #transfer(): void {
    const to = this.#random.pick(this.#ids);
    this.#cluster.leader?.call((raw) => raw.transferLeader(to));
  }

  #campaign(): void {
    this.#cluster.campaign(this.#pick().id);
  }

  #reportUnreachable(): void {
    const peer = this.#random.pick(this.#ids);
    this.#pick().call((raw) => raw.reportUnreachable(peer));
  }

  #forgetLeader(): void {
    this.#pick().call((raw) => raw.forgetLeader());
  }

  #change(): void {
    const node = this.#pickWith(leads);
    if (node === null) return;
    const count = this.#random.chance(0.7) ? 1 : this.#random.between(0, 3);
    const changes = Array.from(
      { length: count },
      (): ConfChange => ({ type: this.#random.pick([0, 0, 1, 2]), node: this.#pick().id }),
    );
    const transition = this.#random.pick(['auto', 'auto', 'implicit', 'explicit'] as const);
    if (unlessRefused(() => this.#cluster.change(node.id, { changes, transition }))) this.#changes += 1;
  }

  // Healing

  #converge(): void {
    const cluster = this.#cluster;
    cluster.heal();
    cluster.network.faults = NO_FAULTS;
    for (const id of this.#ids) cluster.restart(id);
    let last: LastWord | null = null;
    for (let round = 0; round < HEALED_ROUNDS_MAX; round++) {
      cluster.pass();
      const { leader } = cluster;
      if (leader === null) continue;
      // What a leader of an earlier term took may be lost with its leadership, rightly.
      if (last?.term !== leader.raw?.term) last = this.#sayLast(leader);
      else if (last !== null && this.#agrees(leader, last)) return;
    }
    throw new Violation('liveness', `healed, but no agreement: ${this.#describe()}`);
  }

  /** One more write and one more read; null when the leader refuses. */
  #sayLast({ id, raw }: SimNode): LastWord | null {
    let index = 0;
    const isTaken = unlessRefused(() => {
      index = this.#cluster.propose(id, 'last');
    });
    if (!isTaken || raw === null) return null;
    this.#cluster.read(id);
    return { index, term: raw.term, readsBefore: this.#cluster.invariants.readsServed };
  }

  /** The write is committed, the read served, and all members applied all there is. */
  #agrees({ raw }: SimNode, { index, term, readsBefore }: LastWord): boolean {
    const { chosen, readsServed } = this.#cluster.invariants;
    if (raw === null || chosen[index - 1]?.term !== term || readsServed === readsBefore) return false;
    const { voters, votersOutgoing, learners } = raw.membership;
    return [...voters, ...votersOutgoing, ...learners].every(
      (id) => this.#cluster.node(id).applied.length === chosen.length,
    );
  }

  #describe(): string {
    return this.#cluster.nodes
      .map((node) => {
        if (node.raw === null) return `${node.id} down`;
        const { role, term, commitIndex, appliedIndex, lastIndex } = node.raw;
        const { voters, votersOutgoing, learners } = node.raw.membership;
        const members = `voters ${[...voters]} and ${[...votersOutgoing]}, learners ${[...learners]}`;
        const indexes = `applied ${appliedIndex} committed ${commitIndex} last ${lastIndex}`;
        return `${node.id} ${role} term ${term} ${indexes} (${members})`;
      })
      .join('; ');
  }
}

/** Believes to lead, be it rightly or not. */
function leads({ raw }: SimNode): boolean {
  return raw?.role === Role.Leader;
}

/** Runs what may be refused by an operating error; false when it was. */
function unlessRefused(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof StrataError) return false;
    throw error;
  }
}
