import type { NodeWindow, StrategyLetter } from '../../results/schema/index.js';
import { type MadeUpLevel, madeUpHistogram } from './made-up-parts.js';

interface Shape {
  readonly leads: boolean;
  readonly entries: number;
  /** Entries that one sync carries. */
  readonly shared: number;
  readonly fsyncs: number;
  readonly writes: number;
  readonly level: MadeUpLevel;
}

export function madeUpNode(
  node: number,
  role: 'leader' | 'follower',
  level: MadeUpLevel,
  strategy: StrategyLetter,
): NodeWindow {
  const leads = role === 'leader';
  const entries = level.throughput * level.seconds;
  const shared = strategy === 'A' ? 1 : Math.max(1, level.clients / 4);
  const fsyncs = strategy === 'C' ? 0 : strategy === 'B' ? level.seconds * 10 : Math.round(entries / shared);
  const writes = strategy === 'A' ? entries : Math.round(entries / shared);
  const used = level.seconds * 1000 * (leads ? 0.9 : 0.5);
  const shape: Shape = { leads, entries, shared, fsyncs, writes, level };
  return {
    schema: 'strata.node/1',
    node,
    role,
    pid: 4000 + node,
    seconds: level.seconds,
    config: { strategy, primitive: 'fdatasync' },
    counters: countersOf(shape),
    gauges: {},
    histograms: histogramsOf(node * 100 + level.clients, shared, strategy),
    proc: {
      cpuUserMs: used * 0.8,
      cpuSystemMs: used * 0.2,
      rssBytes: 96 * 2 ** 20,
      io: {
        rchar: 0,
        wchar: entries * 600,
        syscr: 0,
        syscw: writes,
        readBytes: 0,
        writeBytes: entries * 190 + fsyncs * 4096,
      },
      threads: [
        {
          tid: 4000 + node,
          kind: 'main',
          cpuMs: used * 0.85,
          runqueueWaitMs: used * 0.1,
          switchesVoluntary: 900,
          switchesInvoluntary: 80,
        },
        {
          tid: 4100 + node,
          kind: 'pool',
          cpuMs: used * 0.1,
          runqueueWaitMs: used * 0.05,
          switchesVoluntary: 9000,
          switchesInvoluntary: 10,
        },
      ],
    },
  };
}

function countersOf({ leads, entries, shared, fsyncs, writes, level }: Shape): NodeWindow['counters'] {
  return {
    network_http_requests_total: leads ? entries : 0,
    network_http_errors_total: 0,
    network_http_bytes_in_total: leads ? entries * 310 : 0,
    network_http_bytes_out_total: leads ? entries * 160 : 0,
    network_peer_messages_sent_total: Math.round((entries / shared) * (leads ? 2 : 1)),
    network_peer_messages_received_total: Math.round((entries / shared) * (leads ? 2 : 1)),
    network_peer_bytes_sent_total: entries * (leads ? 400 : 20),
    network_peer_bytes_received_total: entries * (leads ? 40 : 200),
    network_peer_frames_sent_total: Math.round((entries / shared) * (leads ? 1.6 : 0.9)),
    network_peer_frames_received_total: Math.round((entries / shared) * (leads ? 1.7 : 0.8)),
    network_peer_connects_total: 0,
    network_peer_dropped_total: 0,
    consensus_proposals_total: leads ? entries : 0,
    consensus_commits_total: entries,
    consensus_elections_total: 0,
    consensus_leader_changes_total: 0,
    consensus_persist_won_total: leads ? 700 : 0,
    consensus_replicate_won_total: leads ? 300 : 0,
    consensus_heartbeats_sent_total: leads ? level.seconds * 20 : 0,
    consensus_read_rounds_total: 0,
    consensus_reads_total: 0,
    io_writes_total: writes,
    io_write_bytes_total: entries * 190,
    io_fsyncs_total: fsyncs,
    io_fsync_cause_append_total: fsyncs,
    io_fsync_cause_rotate_total: 0,
    log_appends_total: writes,
    log_entries_total: entries,
    log_bytes_total: entries * 180,
    log_batches_total: writes,
    log_rotations_total: 0,
    state_applied_total: entries,
    runtime_drains_total: writes * 3,
  };
}

function histogramsOf(seed: number, shared: number, strategy: StrategyLetter): NodeWindow['histograms'] {
  const histogram = (index: number, mean: number) => madeUpHistogram(seed + index, mean);
  return {
    network_parse_ns: histogram(1, 14_000),
    network_reply_ns: histogram(2, 9_000),
    network_encode_ns: histogram(3, 4_000),
    network_decode_ns: histogram(4, 5_000),
    network_peer_rtt_ns: histogram(5, 900_000),
    network_peer_batch_messages: histogram(6, 3),
    consensus_propose_wait_ns: histogram(7, 300_000),
    consensus_commit_ns: histogram(8, 1_100_000),
    consensus_persist_ns: histogram(9, 950_000),
    consensus_replicate_ns: histogram(10, 1_000_000),
    consensus_slack_ns: histogram(11, 140_000),
    consensus_read_ns: { count: 0, sum: 0, buckets: [] },
    io_write_ns: histogram(12, 60_000),
    io_fsync_ns: strategy === 'C' ? { count: 0, sum: 0, buckets: [] } : histogram(13, 420_000),
    io_fsync_entries: histogram(14, shared),
    io_fsync_bytes: histogram(15, shared * 180),
    log_batch_wait_ns: histogram(16, 250_000),
    log_encode_ns: histogram(17, 20_000),
    log_write_ns: histogram(18, 80_000),
    log_batch_entries: histogram(19, shared),
    state_apply_wait_ns: histogram(20, 30_000),
    state_apply_ns: histogram(21, 70_000),
    runtime_loop_delay_ns: histogram(22, 1_500_000),
    runtime_gc_ns: histogram(23, 400_000),
    runtime_drain_ns: histogram(24, 200_000),
  };
}
