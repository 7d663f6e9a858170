import type { NodeStatus } from '../../ports/key-value-service.js';
import type { LinkStatus } from '../../ports/transport.js';
import type { Family, Sample } from './prometheus.js';

const linkStates = ['healthy', 'probing', 'disconnected'] as const;
const alarms = ['disk-full', 'disk-stalled', 'state-full'] as const;
const nsPerSecond = 1e9;

/**
 * What the node says of itself and of its links: metrics with labels, made from `status()`. Their names begin with no layer, so none of a
 * layer's own can ever be the same.
 */
export function statusFamilies(status: NodeStatus, build: Readonly<Record<string, string>>): Family[] {
  const { links } = status;
  return [
    {
      name: 'strata_build_info',
      help: 'What runs; always 1.',
      type: 'gauge',
      samples: [{ value: 1, labels: { ...build, node: status.id, cluster: status.clusterId } }],
    },
    flag('strata_node_ready', 'Whether the node can answer.', status.ready && !status.draining),
    flag('strata_node_has_leader', 'Whether a leader is known.', status.leader !== 0),
    {
      name: 'strata_node_alarm',
      help: 'Why writes are refused at the moment: 1 while it holds.',
      type: 'gauge',
      samples: alarms.map((alarm) => ({ value: Number(status.alarms.includes(alarm)), labels: { alarm } })),
    },
    {
      name: 'strata_member_match_index',
      help: 'Highest log index known to be durable on a member; on the leader only.',
      type: 'gauge',
      samples: status.members.flatMap(({ id, match }) =>
        match === null ? [] : [{ value: match, labels: { member: id } }],
      ),
    },
    {
      name: 'strata_link_state',
      help: 'State of the connections to a peer: 1 for the one that holds.',
      type: 'gauge',
      samples: links.flatMap(({ peer, state: actual }) =>
        linkStates.map((state) => ({ value: Number(state === actual), labels: { peer, state } })),
      ),
    },
    ofLinks(links, 'rtt_seconds', 'gauge', 'Last measured round trip to a peer.', ({ rttNs }) =>
      rttNs === null ? null : rttNs / nsPerSecond,
    ),
    ofLinks(links, 'connections', 'gauge', 'Connections to a peer.', (link) => link.connections),
    ofLinks(links, 'queued_bytes', 'gauge', 'Bytes that wait for a peer.', (link) => link.queuedBytes),
    ofLinks(links, 'sent_bytes_total', 'counter', 'Bytes sent to a peer.', (link) => link.bytesSent),
    ofLinks(
      links,
      'received_bytes_total',
      'counter',
      'Bytes received from a peer.',
      (link) => link.bytesReceived,
    ),
    ofLinks(
      links,
      'transitions_total',
      'counter',
      'Changes of the state of a link.',
      (link) => link.transitions,
    ),
    ofLinks(links, 'recovery_seconds', 'gauge', 'How long the last way back to healthy took.', (link) =>
      link.lastRecoveryMs === null ? null : link.lastRecoveryMs / 1e3,
    ),
  ];
}

function ofLinks(
  links: readonly LinkStatus[],
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  read: (link: LinkStatus) => number | null,
): Family {
  const samples = links.flatMap((link) => {
    const value = read(link);
    return value === null ? [] : [sample(link.peer, value)];
  });
  return { name: `strata_link_${name}`, help, type, samples };
}

function sample(peer: number, value: number): Sample {
  return { value, labels: { peer } };
}

function flag(name: string, help: string, value: boolean): Family {
  return { name, help, type: 'gauge', samples: [{ value: Number(value), labels: {} }] };
}
