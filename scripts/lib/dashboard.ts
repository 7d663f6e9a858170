/** The Grafana dashboard as data: one row a layer, each panel a question. `scripts/deploy/grafana-dashboard.json` is made from it. */

interface Panel {
  readonly title: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly (readonly [expression: string, legend: string])[];
  /** What an operator reads off it. */
  readonly says: string;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const QUANTILES = [0.5, 0.99] as const;

/** Median and 99th percentile of a histogram, per node. */
function latency(title: string, metric: string, says: string): Panel {
  const queries = QUANTILES.map((quantile): [string, string] => [
    `histogram_quantile(${quantile}, sum by (le, instance) (rate(${metric}_bucket{job="$job"}[$__rate_interval])))`,
    `p${quantile * 100} {{instance}}`,
  ]);
  return { title, unit: 's', queries, says };
}

function rate(
  title: string,
  unit: string,
  metrics: readonly (readonly [string, string])[],
  says: string,
): Panel {
  const queries = metrics.map(([metric, legend]): [string, string] => [
    `rate(${metric}{job="$job"}[$__rate_interval])`,
    `${legend} {{instance}}`,
  ]);
  return { title, unit, queries, says };
}

function value(
  title: string,
  unit: string,
  metrics: readonly (readonly [string, string])[],
  says: string,
): Panel {
  const queries = metrics.map(([metric, legend]): [string, string] => [
    `${metric}{job="$job"}`,
    `${legend} {{instance}}`,
  ]);
  return { title, unit, queries, says };
}

export const ROWS: readonly Row[] = [
  {
    title: 'Cluster',
    panels: [
      value('Leader', 'short', [['strata_consensus_is_leader', 'leads']], 'Exactly one line is at 1.'),
      rate(
        'Leader changes',
        'cps',
        [['strata_consensus_leader_changes_total', 'changes']],
        'Flat at zero but for restarts.',
      ),
      value(
        'Commit and apply',
        'short',
        [
          ['strata_consensus_commit_index', 'commit'],
          ['strata_state_applied_index', 'applied'],
        ],
        'Followers lie on the leader; applied lies on commit.',
      ),
      value('Keys', 'short', [['strata_state_keys', 'keys']], 'The same on every node.'),
      value(
        'Ready and alarms',
        'short',
        [
          ['strata_node_ready', 'ready'],
          ['strata_node_alarm', '{{alarm}}'],
        ],
        'Ready at 1, alarms at 0. disk-full and state-full refuse writes; disk-stalled gives leadership away.',
      ),
    ],
  },
  {
    title: 'Network',
    panels: [
      rate(
        'HTTP requests',
        'reqps',
        [['strata_network_http_requests_total', 'requests']],
        'Work that clients ask for.',
      ),
      rate(
        'HTTP bytes',
        'Bps',
        [
          ['strata_network_http_bytes_in_total', 'in'],
          ['strata_network_http_bytes_out_total', 'out'],
        ],
        'Bodies in both directions.',
      ),
      latency(
        'Round trip between nodes',
        'strata_network_peer_rtt_seconds',
        'A quorum write costs at least one of these.',
      ),
      value(
        'Connections',
        'short',
        [['strata_network_http_connections', 'http']],
        'Below limits.connectionsMax.',
      ),
    ],
  },
  {
    title: 'Consensus',
    panels: [
      latency(
        'Propose wait',
        'strata_consensus_propose_wait_seconds',
        'Time in the queue before Raft: grows when the loop or the disk is behind.',
      ),
      latency('Commit', 'strata_consensus_commit_seconds', 'Proposed until a quorum holds it.'),
      rate(
        'Proposals',
        'ops',
        [['strata_consensus_proposals_total', 'proposals']],
        'Entries that this node proposed as leader.',
      ),
      rate(
        'Elections',
        'cps',
        [['strata_consensus_elections_total', 'campaigns']],
        'Each has a reason: pauses, disk, network.',
      ),
      latency(
        'Linearizable read',
        'strata_consensus_read_seconds',
        'One round of heartbeats, shared by all reads that wait.',
      ),
    ],
  },
  {
    title: 'Log and I/O',
    panels: [
      latency('fsync', 'strata_io_fsync_seconds', 'Above 10 ms at p99 the disk is the limit.'),
      latency(
        'Write',
        'strata_io_write_seconds',
        'Into the page cache: high values mean memory pressure or a full disk.',
      ),
      rate(
        'Bytes written to the log',
        'Bps',
        [['strata_log_bytes_total', 'log']],
        'Before the file system multiplies them.',
      ),
      rate(
        'Entries and batches',
        'ops',
        [
          ['strata_log_entries_total', 'entries'],
          ['strata_log_batches_total', 'batches'],
        ],
        'Their ratio is the group commit.',
      ),
      value(
        'Appends waiting',
        'short',
        [['strata_log_pending_appends', 'appends']],
        'Rises when the disk stalls.',
      ),
    ],
  },
  {
    title: 'State',
    panels: [
      latency('Apply', 'strata_state_apply_seconds', 'One batch of committed entries.'),
      value(
        'Bytes of state',
        'bytes',
        [['strata_state_bytes', 'state']],
        'Estimated; limits.stateBytesMax refuses what would go beyond.',
      ),
      value(
        'Apply lag',
        'short',
        [['strata_state_apply_lag_entries', 'entries']],
        'Committed and not yet applied.',
      ),
      latency('Apply wait', 'strata_state_apply_wait_seconds', 'Committed until its apply begins.'),
    ],
  },
  {
    title: 'Runtime',
    panels: [
      latency(
        'Event loop delay',
        'strata_runtime_loop_delay_seconds',
        'Everything waits this long; near a heartbeat it costs elections.',
      ),
      latency('Turn of the protocol loop', 'strata_runtime_drain_seconds', 'Work done in one turn.'),
      latency('Garbage collection', 'strata_runtime_gc_seconds', 'Pauses of the whole process.'),
      value(
        'Resident memory',
        'bytes',
        [['strata_runtime_resident_bytes', 'resident']],
        'State, log in memory and buffers.',
      ),
    ],
  },
];

const COLUMNS = 24;
const PANEL_WIDTH = 8;
const PANEL_HEIGHT = 7;

/** The document that Grafana imports. The same input gives the same bytes. */
export function dashboard(): string {
  const panels: unknown[] = [];
  let id = 1;
  let y = 0;
  for (const row of ROWS) {
    panels.push({
      id: id++,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    });
    y += 1;
    row.panels.forEach((panel, at) => {
      const x = (at * PANEL_WIDTH) % COLUMNS;
      if (at > 0 && x === 0) y += PANEL_HEIGHT;
      panels.push(timeSeries(panel, id++, x, y));
    });
    y += PANEL_HEIGHT;
  }
  return `${JSON.stringify({ ...FRAME, panels }, null, 2)}\n`;
}

/** Every metric that the dashboard reads, without the suffix of a histogram's buckets. */
export function dashboardMetrics(): string[] {
  const names = ROWS.flatMap((row) =>
    row.panels.flatMap((panel) => panel.queries.map(([expression]) => expression)),
  );
  return [...new Set(names.flatMap((expression) => expression.match(/strata_\w+/g) ?? []))]
    .map((name) => name.replace(/_bucket$/, ''))
    .sort();
}

const SOURCE = { type: 'prometheus', uid: '$datasource' };

const FRAME = {
  uid: 'strata',
  title: 'Strata',
  tags: ['strata', 'raft'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  refresh: '10s',
  time: { from: 'now-30m', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
      {
        name: 'job',
        type: 'query',
        label: 'Job',
        datasource: SOURCE,
        query: 'label_values(strata_consensus_term, job)',
        refresh: 1,
      },
    ],
  },
};

function timeSeries(panel: Panel, id: number, x: number, y: number): unknown {
  return {
    id,
    type: 'timeseries',
    title: panel.title,
    description: panel.says,
    datasource: SOURCE,
    gridPos: { h: PANEL_HEIGHT, w: PANEL_WIDTH, x, y },
    fieldConfig: {
      defaults: { unit: panel.unit, min: 0, custom: { lineWidth: 1, fillOpacity: 5 } },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: panel.queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}
