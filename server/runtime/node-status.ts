import type { MemberStatus, NodeStatus } from '../ports/key-value-service.js';
import { addressOf, urlHost } from './member-book.js';
import type { NodeContext } from './node-context.js';

/** The members as the replicated state has them; what each of them holds is known on the leader only. */
export function memberStatuses({ hasClientTls, id, machine, raw }: NodeContext): MemberStatus[] {
  const { progress } = raw.status();
  const { voters } = raw.membership;
  return machine.members().map((member) => {
    const seen = progress.find((peer) => peer.id === member.id);
    return {
      id: member.id,
      httpUrl: addressOf(member, hasClientTls).httpUrl,
      respUrl:
        member.respPort === 0
          ? null
          : `${hasClientTls ? 'rediss' : 'redis'}://${urlHost(member.host)}:${member.respPort}`,
      host: member.host,
      peerPort: member.peerPort,
      voter: voters.has(member.id),
      match: seen?.match ?? null,
      // The leader itself lacks nothing.
      state: seen?.id === id ? 'replicate' : (seen?.state ?? null),
    };
  });
}

export function nodeStatus(context: NodeContext, say: Pick<NodeStatus, 'alarms' | 'draining'>): NodeStatus {
  const { id, clusterId, machine, raw, transport } = context;
  const { role, term, leader, commitIndex, lastIndex, firstIndex } = raw;
  return {
    id,
    clusterId,
    role,
    term,
    leader,
    commitIndex,
    appliedIndex: machine.appliedIndex,
    lastIndex,
    firstIndex,
    revision: machine.revision,
    keys: machine.keyCount,
    stateBytes: machine.stateBytes,
    members: memberStatuses(context),
    links: transport.links(),
    // A node that joins has no members until it gets their state.
    ready: leader !== 0 && machine.members().length > 0 && !say.draining && !context.isRemoved,
    draining: say.draining,
    alarms: say.alarms,
  };
}
