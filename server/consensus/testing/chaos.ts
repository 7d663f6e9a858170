import type { ConfChange } from '../confchange.js';
import type { NodeId } from '../messages.js';
import { drawConfig, drawNetwork } from './chaos-config.js';
import { Cluster } from './cluster.js';
import { converge, leads, unlessRefused } from './convergence.js';
import { Random } from './random.js';
import type { SimNode } from './sim-node.js';
import { changeWeather } from './weather.js';

/** What a run did, to see that it was about something. */
export interface ChaosReport {
  readonly seed: number;
  readonly leaders: number;
  readonly committed: number;
  readonly crashes: number;
  readonly changes: number;
  readonly reads: number;
  /** Snapshots of leaders that replaced a log. */
  readonly installs: number;
  /** Nodes that began without members and learned them. */
  readonly joined: number;
  /** Of every state after every step: equal seeds must give equal digests. */
  readonly digest: number;
}

type Action = (this: Chaos) => void;

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
  readonly #joining: readonly NodeId[];
  /** Entries kept behind a snapshot, at most. */
  readonly #keepMost: number;
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
    // As in practice: who is no member of the first hour knows of no members. Now and then it does.
    const strangers = this.#ids.filter((id) => !voters.includes(id));
    this.#joining = random.chance(0.8) ? strangers : [];
    const config = drawConfig(random, voters);
    this.#cluster = new Cluster({ ids: this.#ids, joining: this.#joining, seed: seed + 1, config });
    this.#cluster.network.faults = drawNetwork(random);
    this.#keepMost = random.pick([0, 0, 3, 20]);
    this.#actions = this.#drawActions(random);
    this.#weightSum = this.#actions.reduce((sum, [weight]) => sum + weight, 0);
  }

  #drawActions(random: Random): [number, Action][] {
    const takesSnapshots = random.chance(0.7);
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
      [takesSnapshots ? random.between(1, 6) : 0, this.#snapshot],
      [takesSnapshots ? random.between(1, 4) : 0, this.#compact],
      [0.2 + random.next() * 4, this.#endStream],
    ];
  }

  run(steps: number): ChaosReport {
    for (let step = 0; step < steps; step++) this.#step();
    converge(this.#cluster);
    const { invariants } = this.#cluster;
    return {
      seed: this.seed,
      leaders: invariants.leaderCount,
      committed: invariants.chosen.length,
      crashes: this.#crashes,
      changes: this.#changes,
      reads: invariants.readsServed,
      installs: invariants.installs,
      joined: this.#joining.filter((id) => this.#cluster.raw(id).membership.voters.size > 0).length,
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

  // Snapshots

  /** Begins one, or ends one that was begun: entries are applied, and leaders' snapshots arrive, meanwhile. */
  #snapshot(): void {
    const node = this.#pick();
    if (node.isWritingSnapshot) node.finishSnapshot();
    else node.beginSnapshot();
  }

  #compact(): void {
    this.#pick().compact(this.#random.between(0, this.#keepMost));
  }

  #endStream(): void {
    const { count } = this.#cluster.streams;
    if (count === 0) return;
    const outcome = this.#random.pick([
      'arrive',
      'arrive',
      'arrive',
      'fail',
      'repeat',
      'deny',
      'vanish',
    ] as const);
    this.#cluster.endStream(this.#random.between(0, count - 1), outcome);
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
    this.#cluster.restart(this.#pick().id, this.#random.chance(0.2));
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
}
