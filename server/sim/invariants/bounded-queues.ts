import { Role } from '../../consensus/messages.js';
import type { World } from '../contracts.js';
import { ClusterInvariant } from './cluster-invariant.js';

/** What the simulated nodes are configured with (`world/node-process.ts`). */
const INFLIGHT_MESSAGES_MAX = 16;
const UNCOMMITTED_BYTES_MAX = 1 << 20;
/**
 * No answer without entries waits behind more than 128 (`runtime/node-loop.ts`). Entries join them as far as a leader sends ahead, and each
 * leader of the time that a disk stands still may do so; new terms and votes too.
 */
const PENDING_APPENDS_MAX = 128 + 8 * INFLIGHT_MESSAGES_MAX;
const EVERY_TICKS = 16;

/**
 * Nothing grows without a bound while a disk stands still or a follower is away (Ongaro's thesis §10.2 on pipelining; etcd's
 * MaxUncommittedEntriesSize and MaxInflightMsgs; reliability case A2.44): appends at the disk, messages on the way to a follower, bytes of
 * entries that wait for their commit.
 */
export class BoundedQueues extends ClusterInvariant {
  readonly name = 'bounded queues';
  readonly source = "Ongaro's thesis §10.2; A2.10, A2.44";

  protected override checkTick({ tick }: World): void {
    if (tick % EVERY_TICKS !== 0) return;
    for (const view of this.observer.views.values()) {
      const { process, words } = view;
      if (process === null) continue;
      const { pendingAppends, pendingBytes } = process.log;
      if (pendingAppends > PENDING_APPENDS_MAX)
        this.fail(
          `${pendingAppends} appends wait at the disk of ${words}, the limit is ${PENDING_APPENDS_MAX}`,
        );
      if (pendingBytes > UNCOMMITTED_BYTES_MAX)
        this.fail(
          `${pendingBytes} bytes wait at the disk of ${words}, the limit is ${UNCOMMITTED_BYTES_MAX}`,
        );
      if (view.role !== Role.Leader) continue;
      for (const { id, inflightMessages } of process.raw.status().progress) {
        if (inflightMessages > INFLIGHT_MESSAGES_MAX)
          this.fail(
            `${inflightMessages} appends of ${words} are on their way to node ${id}, the limit is ${INFLIGHT_MESSAGES_MAX}`,
          );
      }
    }
  }
}
