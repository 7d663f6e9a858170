import type { Message, NodeId } from '../../consensus/messages.js';
import { decodeBatch } from '../../network/peers/message-decoder.js';
import { encodeBatch } from '../../network/peers/message-encoder.js';
import { checkAddresses } from '../../network/peers/message-rules.js';
import type { LinkStatus, PeerRegistry, Transport } from '../../ports/transport.js';
import type { Counts } from '../counts.js';
import type { NetworkPlan } from '../plan.js';
import type { Random } from '../random.js';
import { describeMessage } from './describe-message.js';
import type { LifeClock } from './life-clock.js';
import { Link } from './link.js';
import { PeerCalls } from './peer-calls.js';
import { refusalOf, type Station } from './station.js';
import type { Timeline } from './timeline.js';

/** Perfect but not instant: what is left of the network when everything is healed. */
const CALM: NetworkPlan = {
  delayMsMin: 0.2,
  delayMsMean: 0.5,
  loss: 0,
  duplication: 0,
  reorders: false,
  clog: 0,
  clogMsMax: 1,
  encodes: true,
};

export interface NetworkOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly plan: NetworkPlan;
  readonly counts: Counts;
  readonly trace: (line: string) => void;
  /** After which nobody waits for the answer of a peer any more. */
  readonly requestTimeoutMs: number;
}

/**
 * The wires between all nodes. Every way has a delay, may lose, double and delay what is on it, and may be cut in one direction or both.
 * Nodes let each other in by the rules of the real gatekeeper, asked whenever one of the two was started anew or its members changed.
 */
export class SimNetwork {
  readonly #options: NetworkOptions;
  readonly #stations = new Map<NodeId, Station>();
  readonly #links = new Map<number, Link>();
  readonly #calls: PeerCalls;
  #plan: NetworkPlan;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#calls = new PeerCalls(options, {
      station: (id) => this.#stations.get(id) ?? null,
      connects: (from, to) => this.connects(from, to),
      arrival: (from, to) => this.#arrival(from, to, false),
      loss: () => this.#plan.loss,
    });
  }

  transportOf(self: NodeId, storageId: string, registry: PeerRegistry, clock: LifeClock): Transport {
    const station: Station = {
      id: self,
      storageId,
      registry,
      clock,
      handler: null,
      members: new Set(),
      greeted: new Set(),
    };
    return {
      start: async (handler) => {
        if (clock.isDead) return;
        station.handler = handler;
        this.#stations.set(self, station);
      },
      send: (messages) => this.#send(station, messages),
      request: (to, method, payload, done) => this.#calls.request(station, to, method, payload, done),
      updateMembers: (members) => {
        station.members = new Set(members.map(({ id }) => id));
        for (const id of station.greeted) if (!station.members.has(id)) station.greeted.delete(id);
      },
      links: () => this.#linksOf(station),
      close: async () => this.detach(self),
    };
  }

  /** The process is gone. */
  detach(id: NodeId): void {
    this.#stations.delete(id);
    for (const other of this.#stations.values()) other.greeted.delete(id);
  }

  /** Both ways unless told otherwise. */
  cut(from: NodeId, to: NodeId, isOneWay = false): void {
    this.link(from, to).isCut = true;
    if (!isOneWay) this.link(to, from).isCut = true;
  }

  reconnect(): void {
    for (const link of this.#links.values()) link.isCut = false;
  }

  /** No faults any more. */
  heal(): void {
    this.reconnect();
    for (const link of this.#links.values()) link.cloggedUntilNs = 0;
    this.#plan = CALM;
  }

  clog(from: NodeId, to: NodeId, durationMs: number): void {
    this.link(from, to).cloggedUntilNs = this.#options.timeline.nowNs() + durationMs * 1e6;
  }

  link(from: NodeId, to: NodeId): Link {
    const key = from * 2 ** 20 + to;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new Link();
      this.#links.set(key, link);
    }
    return link;
  }

  /** Whether anything gets from one to the other: a wire, and two nodes that let each other in. The first time, both hear of the other. */
  connects(from: Station, to: Station): boolean {
    if (this.link(from.id, to.id).isCut) return false;
    if (from.greeted.has(to.id) && to.greeted.has(from.id)) return true;
    if (this.link(to.id, from.id).isCut || from.handler === null || to.handler === null) return false;
    const refusal = refusalOf(to, from);
    if (refusal !== null) from.clock.run(() => from.handler?.onRefused?.(to.id, refusal));
    const ownRefusal = refusalOf(from, to);
    if (ownRefusal !== null) to.clock.run(() => to.handler?.onRefused?.(from.id, ownRefusal));
    if (refusal !== null || ownRefusal !== null) {
      this.#options.counts.add('handshakes refused');
      this.#options.trace(`refuse ${from.id}>${to.id} ${refusal ?? '-'} ${ownRefusal ?? '-'}`);
      return false;
    }
    this.#options.trace(`greet ${from.id} ${to.id}`);
    from.greeted.add(to.id);
    to.greeted.add(from.id);
    from.clock.run(() => from.handler?.onPeer(to.id, to.storageId));
    to.clock.run(() => to.handler?.onPeer(from.id, from.storageId));
    return true;
  }

  #send(station: Station, messages: readonly Message[]): void {
    if (station.clock.isDead) return;
    for (let first = 0; first < messages.length; ) {
      const { to } = messages[first]!;
      const kept: Message[] = [];
      for (; first < messages.length && messages[first]!.to === to; first++)
        this.#post(messages[first]!, kept);
      if (!station.members.has(to) && !station.greeted.has(to)) continue;
      if (this.#plan.reorders) for (const message of kept) this.#carry(station, to, [message]);
      else if (kept.length > 0) this.#carry(station, to, kept);
    }
  }

  /** Loses or doubles it, as the plan has it. */
  #post(message: Message, kept: Message[]): void {
    const { random, counts, trace } = this.#options;
    trace(describeMessage(message));
    counts.add('messages');
    if (this.#plan.loss > 0 && random.chance(this.#plan.loss)) counts.add('messages lost');
    else kept.push(message);
    if (this.#plan.duplication > 0 && random.chance(this.#plan.duplication)) {
      counts.add('messages doubled');
      kept.push(message);
    }
  }

  #carry(station: Station, to: NodeId, messages: readonly Message[]): void {
    // A copy, as over a real wire: the sender's objects are the sender's.
    const wire = this.#plan.encodes
      ? encodeBatch(messages)
      : messages.map((message) => ({ ...message, entries: [...message.entries] }));
    this.#options.timeline.at(this.#arrival(station.id, to, this.#plan.reorders), () => {
      const target = this.#stations.get(to);
      if (target === undefined) {
        station.clock.run(() => station.handler?.onUnreachable(to));
        return;
      }
      target.clock.run(() => {
        if (!this.connects(station, target)) {
          this.#options.counts.add('messages cut off');
          return;
        }
        const arrived = Buffer.isBuffer(wire) ? decodeBatch(wire) : wire;
        checkAddresses(arrived, to, station.id);
        target.handler?.onMessages(arrived);
      });
    });
  }

  #arrival(from: NodeId, to: NodeId, mayOvertake: boolean): number {
    const { delayMsMin, delayMsMean } = this.#plan;
    const extraMs = -Math.log(1 - this.#options.random.next()) * Math.max(0, delayMsMean - delayMsMin);
    const nowNs = this.#options.timeline.nowNs();
    return this.link(from, to).arrival(nowNs, Math.round((delayMsMin + extraMs) * 1e6), mayOvertake);
  }

  #linksOf(station: Station): readonly LinkStatus[] {
    return [...station.members]
      .filter((peer) => peer !== station.id)
      .map((peer) => ({
        peer,
        state: this.#isLinked(station, peer) ? ('healthy' as const) : ('disconnected' as const),
        connections: 1,
        queuedBytes: 0,
        rttNs: null,
        bytesSent: 0,
        bytesReceived: 0,
        transitions: 0,
        lastRecoveryMs: null,
      }));
  }

  #isLinked(station: Station, peer: NodeId): boolean {
    const isCut = this.link(station.id, peer).isCut || this.link(peer, station.id).isCut;
    return !isCut && station.greeted.has(peer) && this.#stations.get(peer)?.greeted.has(station.id) === true;
  }
}
