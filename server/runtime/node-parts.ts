import type { Message } from '../consensus/messages.js';
import { AdminDesk } from './admin-desk.js';
import { Admission } from './admission.js';
import { CampaignGate } from './campaign-gate.js';
import { ClusterTime } from './cluster-time.js';
import { DiskWatch } from './disk-watch.js';
import { ExpiryDriver } from './expiry-driver.js';
import { Forwarder } from './forwarder.js';
import { DelayWatch } from './journal/delay-watch.js';
import { LinkWatch } from './journal/link-watch.js';
import { RoleWatch } from './journal/role-watch.js';
import { LeadershipDesk } from './leadership-desk.js';
import { MemberBook } from './member-book.js';
import { MembershipDesk } from './membership-desk.js';
import type { NodeContext } from './node-context.js';
import { QUIET_STAGES, QuietSamples } from './quiet-stages.js';
import { SampleRing } from './sample-ring.js';
import { SnapshotDesk } from './snapshot-desk.js';
import { StageLedger, type Stages } from './stage-ledger.js';
import { WatchHub } from './watch-hub.js';

export type NodeParts = ReturnType<typeof createParts>;

/** The desks of one node. `deliver` steps a message of this node's own making. */
export function createParts(context: NodeContext, deliver: (message: Message) => void) {
  const { alternation, clock, isMeasured, metrics, raw, strategies } = context;
  const samples = isMeasured ? new SampleRing() : new QuietSamples();
  const stages: Stages = isMeasured
    ? new StageLedger(metrics, samples, raw.membership.voters.size)
    : QUIET_STAGES;
  const ledger = alternation == null ? stages : alternation.between(stages, QUIET_STAGES);
  const gate = new CampaignGate(raw);
  const book = new MemberBook(context, gate);
  const membership = new MembershipDesk(context);
  const leadership = new LeadershipDesk(context);
  const disk = new DiskWatch(context, leadership, gate);
  const snapshots = new SnapshotDesk(context, deliver);
  const admin = new AdminDesk(context, membership, leadership, snapshots);
  const admission = new Admission(context);
  const time = new ClusterTime(context, clock.nowNs());
  const expiry = new ExpiryDriver(context, time);
  const watches = new WatchHub(context);
  const forwarder = new Forwarder(context, admission, (id) => book.httpUrlOf(id));
  const reads = strategies.reads(context, admission, time, samples, forwarder);
  const writes = strategies.writes(context, admission, time, ledger, forwarder);
  const { journal } = context;
  const roles = new RoleWatch(journal, raw, context.heartbeatMs);
  const delays = new DelayWatch(journal, context);
  const links = new LinkWatch(journal);
  return {
    roles,
    delays,
    links,
    samples,
    ledger,
    book,
    membership,
    leadership,
    disk,
    snapshots,
    admin,
    admission,
    time,
    expiry,
    watches,
    forwarder,
    reads,
    writes,
  };
}
