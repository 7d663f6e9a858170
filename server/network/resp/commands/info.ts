import type { NodeStatus } from '../../../ports/key-value-service.js';
import { word } from '../arguments.js';
import type { Call } from '../call.js';
import { verbatim } from '../reply.js';
import type { RespContext } from '../resp-context.js';
import { redisVersion } from './hello.js';

type Fields = readonly (readonly [name: string, value: string | number])[];

/** Sections in the order of Redis. Names of Redis where the meaning is the same, `raft_` before what is ours. */
const sections: Readonly<Record<string, (context: RespContext, status: NodeStatus) => Fields>> = {
  Server: (context, status) => [
    ['redis_version', redisVersion],
    ['redis_mode', 'standalone'],
    ['server_name', 'strata'],
    ['strata_version', context.info.version],
    ['node_version', process.version],
    ['arch_bits', 64],
    ['process_id', process.pid],
    ['run_id', `${status.clusterId}-${status.id}`],
    ['tcp_port', context.port],
    ['uptime_in_seconds', Math.floor((context.clock.nowNs() - context.startedNs) / 1e9)],
  ],
  Clients: ({ sessions, limits, load }) => [
    ['connected_clients', sessions.size],
    ['maxclients', limits.connectionsMax],
    ['blocked_clients', 0],
    ['commands_waiting', load.calls],
    ['commands_waiting_bytes', load.bytes],
  ],
  Memory: ({ limits }, status) => [
    ['used_memory', process.memoryUsage().heapUsed],
    ['used_memory_rss', process.memoryUsage.rss()],
    ['used_memory_dataset', status.stateBytes],
    ['maxmemory', limits.stateBytesMax],
    ['maxmemory_policy', 'noeviction'],
  ],
  Persistence: ({ info }, status) => [
    // A client that asks before it sends anything (ioredis) waits while the node knows no leader.
    ['loading', status.ready ? 0 : 1],
    ...(status.ready ? [] : ([['loading_eta_seconds', 1]] as const)),
    ['aof_enabled', 1],
    ['fsync_strategy', info.fsync],
    ['log_first_index', status.firstIndex],
    ['log_last_index', status.lastIndex],
    ['alarms', status.alarms.join(',')],
  ],
  Stats: ({ metrics }) => [
    ['total_connections_received', metrics.connections.value],
    ['total_commands_processed', metrics.commands.value],
    ['total_net_input_bytes', metrics.bytesIn.value],
    ['total_net_output_bytes', metrics.bytesOut.value],
    ['rejected_connections', metrics.rejectedConnections.value],
    ['total_error_replies', metrics.errors.value],
    ['acl_access_denied_auth', metrics.authFailures.value],
  ],
  Replication: (_context, status) => [
    // Every node takes reads and writes. A client that is told "slave" would refuse to write here.
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_repl_offset', status.commitIndex],
    ['raft_role', status.role],
    ['raft_term', status.term],
    ['raft_node', status.id],
    ['raft_leader', status.leader],
    ['raft_commit_index', status.commitIndex],
    ['raft_applied_index', status.appliedIndex],
    ['raft_members', status.members.length],
    ...status.members.map(
      ({ id, respUrl, host, voter, match, state }, i) =>
        [
          `raft_member${i}`,
          `id=${id},resp=${respUrl ?? ''},host=${host},voter=${voter ? 1 : 0},match=${match ?? ''},state=${state ?? ''}`,
        ] as const,
    ),
  ],
  Cluster: () => [['cluster_enabled', 0]],
  Keyspace: (_context, status) => (status.keys === 0 ? [] : [['db0', `keys=${status.keys}`]]),
};

/** INFO [section ...]; names that are not known are left out, as in Redis. */
export function runInfo(call: Call): void {
  const wanted = new Set(call.args.slice(0, 64).map((arg) => word(arg)));
  const isAll = wanted.size === 0 || ['ALL', 'DEFAULT', 'EVERYTHING'].some((name) => wanted.has(name));
  const status = call.context.service.status();
  const text = Object.entries(sections)
    .filter(([name]) => isAll || wanted.has(name.toUpperCase()))
    .map(([name, fields]) => {
      const lines = fields(call.context, status).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${name}\r\n${lines.join('')}`;
    })
    .join('\r\n');
  // The text must be one character a byte: names that come from outside are cut to that.
  call.answer(verbatim(text.replace(/[^\r\n\x20-\x7e]/g, '?'), call.protocol));
}
