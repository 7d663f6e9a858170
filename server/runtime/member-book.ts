import type { NodeId } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { PeerAddress, PeerRegistry } from '../ports/transport.js';
import { encodeCommand } from '../state/command-codec.js';
import type { MemberRecord } from '../state/vocabulary.js';
import type { CampaignGate } from './campaign-gate.js';
import type { NodeContext } from './node-context.js';

/**
 * Who the members are and where to reach them: what the transport has to know of the replicated state. A node that joins has no members yet and
 * goes by its configuration.
 */
export class MemberBook implements PeerRegistry {
  readonly #context: NodeContext;
  readonly #gate: CampaignGate;
  /** Where members are, and voters on their way out were: the record of those is gone before the joint configuration is. */
  #addresses: ReadonlyMap<NodeId, PeerAddress>;
  /** Storage identities that peers showed in this life, this node's own included. */
  readonly #seen = new Map<NodeId, string>();
  #registrationDue = false;

  constructor(context: NodeContext, gate: CampaignGate) {
    this.#context = context;
    this.#gate = gate;
    this.#addresses = new Map(context.knownAddresses.map((address) => [address.id, address]));
    this.#seen.set(context.id, context.storageId);
  }

  /** A voter on its way out is needed until the joint configuration is left. */
  isRemoved(peer: NodeId): boolean {
    const { machine, raw } = this.#context;
    return machine.isRemoved(peer) && !raw.membership.votersOutgoing.has(peer);
  }

  storageIdOf(peer: NodeId): string {
    return this.#context.machine.storageIdOf(peer);
  }

  appliedIndex(): number {
    return this.#context.machine.appliedIndex;
  }

  /** Null when it is not known. */
  httpUrlOf(peer: NodeId): string | null {
    return this.#addresses.get(peer)?.httpUrl ?? null;
  }

  /** Membership may have changed: tells the transport, and notices the own removal. */
  refresh(): void {
    const { hasClientTls, id, machine, raw, transport } = this.#context;
    const members = machine.members();
    if (members.length > 0) {
      const leaving = [...this.#addresses.values()].filter(
        (address) => raw.membership.votersOutgoing.has(address.id) && machine.isRemoved(address.id),
      );
      this.#addresses = new Map(
        [...leaving, ...members.map((member) => addressOf(member, hasClientTls))].map((address) => [
          address.id,
          address,
        ]),
      );
      for (const peer of this.#seen.keys()) if (!this.#addresses.has(peer)) this.#seen.delete(peer);
    }
    transport.updateMembers([...this.#addresses.values()]);
    if (this.isRemoved(id)) this.#noticeRemoval();
  }

  onPeer(peer: NodeId, storageId: string): void {
    this.#seen.set(peer, storageId);
    this.#registrationDue = true;
  }

  /** A peer did not let this node in. Only committed removals are held against a peer, so the word of one member is enough. */
  onRefused(code: string): void {
    if (code === 'STRATA_NODE_REMOVED') this.#noticeRemoval();
  }

  onLead(): void {
    this.#registrationDue = true;
  }

  /** In a turn of the loop: the leader writes down which data directory each member has, so that a wiped one is recognised. */
  registerStorage(): void {
    if (!this.#registrationDue || this.#context.leadingTerm === 0) return;
    this.#registrationDue = false;
    const { limits, machine, raw } = this.#context;
    for (const { id, storageId } of machine.members()) {
      const seen = this.#seen.get(id);
      if (storageId !== '' || seen === undefined || seen === '') continue;
      try {
        raw.propose(
          encodeCommand({ kind: 'register-storage', node: id, storageId: seen }, machine.clockMs, limits),
        );
      } catch (error) {
        if (!(error instanceof StrataError)) throw error;
        // A hand-over is under way, or too much waits: a later turn tries again.
        this.#registrationDue = true;
        return;
      }
    }
  }

  /** It keeps running, refuses everything and says why. */
  #noticeRemoval(): void {
    if (this.#context.isRemoved) return;
    this.#context.isRemoved = true;
    this.#gate.close('removed');
    const { id, logger } = this.#context;
    const { code, message } = new StrataError('STRATA_NODE_REMOVED', { actual: id });
    logger.error({ code }, message);
  }
}

export function addressOf(
  { id, host, peerPort, httpPort }: MemberRecord,
  hasClientTls: boolean,
): PeerAddress {
  return { id, host, peerPort, httpUrl: `${hasClientTls ? 'https' : 'http'}://${urlHost(host)}:${httpPort}` };
}

/** An IPv6 address stands in brackets in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
