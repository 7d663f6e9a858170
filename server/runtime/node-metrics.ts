import type { Metrics } from '../ports/metrics.js';
import type { NodeContext } from './node-context.js';

/** Counters and histograms that the runtime itself keeps; the other layers register their own. */
export function createNodeMetrics(metrics: Metrics) {
  return {
    drain: metrics.histogram('runtime_drain_ns', 'One turn of the protocol loop.'),
    loopDelay: metrics.histogram(
      'runtime_loop_delay_ns',
      "Lateness of the tick's timer: how long the loop was busy.",
    ),
    drains: metrics.counter('runtime_drains_total', 'Turns of the protocol loop.'),
    proposeWait: metrics.histogram(
      'consensus_propose_wait_ns',
      'Write understood until it was proposed, per request.',
    ),
    proposals: metrics.counter('consensus_proposals_total', 'Entries proposed by this node as leader.'),
    commits: metrics.counter('consensus_commits_total', 'Entries committed.'),
    campaigns: metrics.counter(
      'consensus_elections_total',
      'Campaigns that this node started, pre-votes included.',
    ),
    leaderChanges: metrics.counter('consensus_leader_changes_total', 'Times this node saw a new leader.'),
    heartbeats: metrics.counter('consensus_heartbeats_sent_total', 'Heartbeats sent.'),
    appendsInFlight: metrics.histogram(
      'consensus_appends_in_flight',
      'Leader: appends on the way to a follower when one with entries leaves, all of its turn included.',
    ),
    answersDropped: metrics.counter(
      'runtime_answers_dropped_total',
      'Answers to a leader that were dropped because too many wait for the own disk already.',
    ),
    readRounds: metrics.counter('consensus_read_rounds_total', 'ReadIndex rounds started.'),
    reads: metrics.counter('consensus_reads_total', 'Reads served by this node, whatever their consistency.'),
    readWait: metrics.histogram(
      'consensus_read_ns',
      'Read understood until served, per request, whatever its consistency.',
    ),
    forwarded: metrics.counter('consensus_forwarded_total', 'Requests passed on to the leader.'),
    expired: metrics.counter('consensus_expired_total', 'Requests that met their deadline unanswered.'),
    applyWait: metrics.histogram('state_apply_wait_ns', 'Commit known until apply began, per batch.'),
    apply: metrics.histogram('state_apply_ns', 'Applying and answering one batch of committed entries.'),
    applied: metrics.counter('state_applied_total', 'Entries applied.'),
  };
}

export type NodeMetrics = ReturnType<typeof createNodeMetrics>;

/** Read when somebody looks; the state machine is looked up anew each time, because a snapshot may have replaced it. */
export function registerNodeGauges(context: NodeContext): void {
  const { metrics, raw } = context;
  metrics.gauge('consensus_term', 'Current term.', () => raw.term);
  metrics.gauge('consensus_commit_index', 'Commit index.', () => raw.commitIndex);
  metrics.gauge('consensus_first_index', 'First entry held in memory.', () => raw.firstIndex);
  metrics.gauge('consensus_last_index', 'Index of the last entry.', () => raw.lastIndex);
  metrics.gauge('consensus_is_leader', '1 on the leader.', () => (raw.role === 'leader' ? 1 : 0));
  metrics.gauge('consensus_voters', 'Voters of the membership in force.', () => raw.membership.voters.size);
  metrics.gauge(
    'state_applied_index',
    'Index of the last applied entry.',
    () => context.machine.appliedIndex,
  );
  metrics.gauge('state_keys', 'Keys in the store.', () => context.machine.keyCount);
  metrics.gauge('state_bytes', 'Estimated bytes of keys and values.', () => context.machine.stateBytes);
}
