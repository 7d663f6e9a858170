import type { NodeId } from '../../consensus/messages.js';
import type { PeerAddress, PeerRegistry } from '../../ports/transport.js';
import { peerGuestsMax } from '../limits.js';
import type { ConnectionPoolOptions } from './connection-pool.js';
import type { Greeting } from './handshake.js';
import type { PeerPool } from './peer-pool.js';

export interface PeerDirectoryOptions {
  readonly self: NodeId;
  readonly registry: PeerRegistry;
  readonly createPool: (options: ConnectionPoolOptions) => PeerPool;
  readonly pool: Omit<ConnectionPoolOptions, 'address'>;
}

const none: ReadonlySet<NodeId> = new Set();

/**
 * Whom this node talks to: the members but itself, and guests. A guest is a peer that the membership applied here does not name yet
 * (`Gatekeeper` says who may be one). It becomes a member with the change that names it. It is forgotten when it leaves before, or when
 * this node has applied as much as the guest claimed to have and was told of no such member.
 */
export class PeerDirectory {
  readonly #options: PeerDirectoryOptions;
  readonly #pools = new Map<NodeId, PeerPool>();
  /** Invariant: the ids of `#pools` are `#members` and `#guests`, which have none in common. */
  readonly #members = new Set<NodeId>();
  /** With the index that each claims to have applied. */
  readonly #guests = new Map<NodeId, number>();
  #ownAddress: PeerAddress | null = null;

  constructor(options: PeerDirectoryOptions) {
    this.#options = options;
  }

  /** Ids of the members but this node. */
  get ids(): ReadonlySet<NodeId> {
    return this.#members;
  }

  get pools(): readonly PeerPool[] {
    return [...this.#pools.values()];
  }

  /** Where the members reach this node, null as long as it is none of them or its port is not known. */
  get ownAddress(): PeerAddress | null {
    return this.#ownAddress;
  }

  get hasRoomForGuest(): boolean {
    return this.#guests.size < peerGuestsMax;
  }

  pool(peer: NodeId): PeerPool | undefined {
    return this.#pools.get(peer);
  }

  /** Takes over the members; gives those that are gone. */
  update(members: readonly PeerAddress[]): ReadonlySet<NodeId> {
    const named = new Set(members.map(({ id }) => id));
    const gone = this.#dropAll((id) => !named.has(id) && !this.#guests.has(id));
    for (const member of members) {
      if (member.id === this.#options.self) this.#ownAddress = member.peerPort === 0 ? null : member;
      else this.#addMember(member);
    }
    return gone;
  }

  /** Somebody was let in: a pool is needed to answer it. */
  welcome({ nodeId: id, host, peerPort, appliedIndex }: Greeting): void {
    if (this.#pools.has(id)) return;
    this.#guests.set(id, appliedIndex);
    this.#addPool({ id, host, peerPort, httpUrl: '' }).connectAll();
  }

  /** A connection ended; a guest whose last one it was is not looked for any more. */
  leave(peer: NodeId, hasConnection: boolean): void {
    if (this.#guests.has(peer) && !hasConnection) this.#drop(peer);
  }

  connectAll(): void {
    for (const pool of this.#pools.values()) pool.connectAll();
  }

  /** Gives the guests whose time is over. */
  tick(nowNs: number): ReadonlySet<NodeId> {
    for (const pool of this.#pools.values()) pool.tick(nowNs);
    if (this.#guests.size === 0) return none;
    const { registry } = this.#options;
    const applied = registry.appliedIndex?.() ?? 0;
    return this.#dropAll((id) => {
      const claimed = this.#guests.get(id);
      return claimed !== undefined && (claimed <= applied || registry.isRemoved(id));
    });
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
  }

  #addMember(address: PeerAddress): void {
    const pool = this.#pools.get(address.id);
    if (pool === undefined) this.#addPool(address);
    else pool.setAddress(address);
    this.#guests.delete(address.id);
    this.#members.add(address.id);
  }

  #addPool(address: PeerAddress): PeerPool {
    const pool = this.#options.createPool({ ...this.#options.pool, address });
    this.#pools.set(address.id, pool);
    return pool;
  }

  #dropAll(isGone: (id: NodeId) => boolean): ReadonlySet<NodeId> {
    const gone = new Set([...this.#pools.keys()].filter(isGone));
    for (const id of gone) this.#drop(id);
    return gone;
  }

  #drop(id: NodeId): void {
    this.#pools.get(id)?.close();
    this.#pools.delete(id);
    this.#members.delete(id);
    this.#guests.delete(id);
  }
}
