import type { NodeId } from '../../consensus/messages.js';
import type { PeerRegistry, TransportHandler } from '../../ports/transport.js';
import type { LifeClock } from './life-clock.js';

/** One life of a node as the network sees it: what it shows in a handshake, and whom it lets in. */
export interface Station {
  readonly id: NodeId;
  readonly storageId: string;
  readonly registry: PeerRegistry;
  readonly clock: LifeClock;
  handler: TransportHandler | null;
  members: ReadonlySet<NodeId>;
  /** Those it shook hands with since its start and theirs. */
  readonly greeted: Set<NodeId>;
}

/** Why `host` does not let `guest` in, as the gatekeeper of `network/peers` has it; null when it does. */
export function refusalOf(host: Station, guest: Station): string | null {
  if (host.registry.isRemoved(guest.id)) return 'STRATA_NODE_REMOVED';
  const knowsMore = (guest.registry.appliedIndex?.() ?? 0) > (host.registry.appliedIndex?.() ?? 0);
  if (!host.members.has(guest.id) && !knowsMore) return 'STRATA_NODE_UNKNOWN';
  const registered = host.registry.storageIdOf(guest.id);
  return registered !== '' && registered !== guest.storageId ? 'STRATA_NODE_WIPED' : null;
}
