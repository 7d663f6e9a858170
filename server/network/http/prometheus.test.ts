import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MetricsSource } from '../../ports/metrics.js';
import { HttpFixture } from '../testing/http-fixture.js';
import { layerFamilies, prometheusText } from './prometheus.js';

const gauge = (name: string, value: number): { name: string; help: string; value: number } => ({
  name,
  help: 'G.',
  value,
});

const source: MetricsSource = {
  counters: () => [
    { name: 'log_entries_total', help: 'Entries.', value: 42 },
    { name: 'io_wait_ns_total', help: 'Wait.', value: 2_500_000_000 },
  ],
  gauges: () => [
    gauge('network_http_connections', 3),
    gauge('runtime_cpu_user_ns', 1_500_000_000),
    gauge('runtime_ttl_ms', 1_500),
    gauge('runtime_loop_utilization', 0.5),
    gauge('consensus_lease_served_total', 7),
  ],
  histograms: () => [
    {
      name: 'io_fsync_ns',
      help: 'Sync.',
      count: 6,
      sum: 3_000_000_000,
      // 9 µs, 10 µs, 400 µs twice, 12 s, 13 s.
      buckets: [
        [9_000, 1],
        [10_000, 1],
        [400_000, 2],
        [12_000_000_000, 1],
        [13_000_000_000, 1],
      ],
    },
    {
      name: 'log_batch_entries',
      help: 'Per batch.',
      count: 3,
      sum: 70,
      buckets: [
        [1, 1],
        [5, 1],
        [64, 1],
      ],
    },
  ],
  locks: () => [lock],
};

const lock = {
  name: 'append_slot',
  help: 'The log.',
  layer: 'log',
  acquisitions: 9,
  contended: 4,
  waitNs: 2_500_000_000,
  waitNsMax: 1_000_000_000,
  holdNs: 500_000_000,
  holdNsMax: 300_000_000,
  handOffNs: 1_000_000,
  waitersMax: 3,
  waiters: [{ who: 'entries', count: 4, waitNs: 2_500_000_000 }],
  holders: [
    { who: 'entries', count: 3, blameNs: 500_000_000 },
    { who: 'rotation', count: 1, blameNs: 2_000_000_000 },
  ],
};

interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: Map<string, number>;
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const sampleLine = new RegExp(`^(${metricName})(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`);

/** Reads the exposition format 0.0.4 by its own rules; what breaks one fails the test. */
function parse(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'));
  const families = new Map<string, Family>();
  const help = new Map<string, string>();
  let current: Family | null = null;
  let currentName = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = new RegExp(`^# (HELP|TYPE) (${metricName}) (.*)$`).exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment;
      if (kind === 'HELP') help.set(name!, rest!);
      else {
        assert.ok(!families.has(name!), `two families ${name}`);
        current = { type: rest!, help: help.get(name!)!, samples: new Map() };
        currentName = name!;
        families.set(name!, current);
      }
      continue;
    }
    const match = sampleLine.exec(line);
    assert.ok(match, `not a sample: ${line}`);
    const [, name, labels, value] = match;
    const suffixes = current!.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    assert.ok(
      suffixes.some((suffix) => name === currentName + suffix),
      `${name} stands under ${currentName}`,
    );
    const id = labels === undefined ? name! : `${name}{${labels}}`;
    assert.ok(!current!.samples.has(id), `twice: ${line}`);
    assert.ok(value === '+Inf' || !Number.isNaN(Number(value)), line);
    current!.samples.set(id, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  return families;
}

/** What `promtool check metrics` finds fault with, and Prometheus' naming page. */
function lint(families: ReadonlyMap<string, Family>): string[] {
  const faults: string[] = [];
  for (const [name, { type, help }] of families) {
    if (!help) faults.push(`${name} has no help`);
    if (!['counter', 'gauge', 'histogram'].includes(type)) faults.push(`${name} is a ${type}`);
    if ((type === 'counter') !== name.endsWith('_total')) faults.push(`${name} is a ${type}`);
    if (/_(count|sum|bucket)$/.test(name)) faults.push(`${name} ends as parts of histograms do`);
    if (
      /_(ns|nanoseconds|us|microseconds|ms|milliseconds|minutes|kilobytes|kib|mib|percent)(_|$)/.test(name)
    ) {
      faults.push(`${name} is in no base unit`);
    }
    if (/_(gauge|counter|histogram)(_|$)/.test(name)) faults.push(`${name} has its type in its name`);
    if (!/^(strata|process|nodejs)_[a-z0-9_]+$/.test(name)) faults.push(`${name} has no known prefix`);
  }
  return faults;
}

const read = async (): Promise<Map<string, Family>> => parse(await prometheusText(layerFamilies(source)));

test('counters and gauges appear under strata_ in base units, with HELP and TYPE', async () => {
  const families = await read();
  const value = (name: string): number | undefined => families.get(name)?.samples.get(name);
  assert.deepEqual(
    [value('strata_log_entries_total'), families.get('strata_log_entries_total')!.type],
    [42, 'counter'],
  );
  assert.equal(families.get('strata_log_entries_total')!.help, 'Entries.');
  assert.equal(value('strata_io_wait_seconds_total'), 2.5);
  assert.equal(value('strata_network_http_connections'), 3);
  assert.equal(value('strata_runtime_cpu_user_seconds'), 1.5);
  assert.equal(value('strata_runtime_ttl_seconds'), 1.5);
  assert.equal(value('strata_runtime_loop_utilization_ratio'), 0.5);
  assert.equal(
    families.get('strata_consensus_lease_served_total')!.type,
    'counter',
    'what only grows is a counter',
  );
  assert.deepEqual(lint(families), []);
});

test('nanoseconds become seconds in cumulative buckets from 10 µs to 10 s', async () => {
  const { samples } = (await read()).get('strata_io_fsync_seconds')!;
  const at = (le: string): number | undefined => samples.get(`strata_io_fsync_seconds_bucket{le="${le}"}`);
  assert.equal(at('0.00001'), 2);
  assert.equal(at('0.00025'), 2);
  assert.equal(at('0.0005'), 4);
  assert.equal(at('10'), 4);
  assert.equal(at('+Inf'), 6);
  assert.equal(samples.get('strata_io_fsync_seconds_sum'), 3);
  assert.equal(samples.get('strata_io_fsync_seconds_count'), 6);
});

test('what is not a time keeps its unit', async () => {
  const { samples } = (await read()).get('strata_log_batch_entries')!;
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="4"}'), 1);
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="16"}'), 2);
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="64"}'), 3);
  assert.equal(samples.get('strata_log_batch_entries_sum'), 70);
});

const http = new HttpFixture();
before(() => http.start());
after(() => http.stop());

test('/metrics is what Prometheus reads: layers, links, alarms, build and process, named by its conventions', async () => {
  http.service.state = {
    alarms: ['disk-full'],
    clusterId: 'a "quoted" \\ name',
    links: [
      {
        peer: 2,
        state: 'probing',
        connections: 3,
        queuedBytes: 77,
        rttNs: 1_500_000,
        bytesSent: 10,
        bytesReceived: 20,
        transitions: 4,
        lastRecoveryMs: null,
      },
    ],
  };
  await http.send('PUT', '/kv/a', 'x');
  const families = parse((await http.send('GET', '/metrics')).body.toString());
  assert.deepEqual(lint(families), []);
  const value = (id: string): number | undefined => families.get(id.replace(/\{.*/, ''))?.samples.get(id);
  assert.equal(value('strata_build_info{version="1.2.3",node="1",cluster="a \\"quoted\\" \\\\ name"}'), 1);
  assert.equal(value('strata_node_alarm{alarm="disk-full"}'), 1);
  assert.equal(value('strata_node_alarm{alarm="disk-stalled"}'), 0);
  assert.equal(value('strata_link_state{peer="2",state="probing"}'), 1);
  assert.equal(value('strata_link_state{peer="2",state="healthy"}'), 0);
  assert.equal(value('strata_link_rtt_seconds{peer="2"}'), 0.0015);
  assert.equal(value('strata_link_queued_bytes{peer="2"}'), 77);
  assert.equal(value('strata_link_sent_bytes_total{peer="2"}'), 10);
  assert.equal(families.get('strata_link_recovery_seconds')!.samples.size, 0, 'not known is not 0');
  for (const name of [
    'process_cpu_seconds_total',
    'process_cpu_user_seconds_total',
    'process_cpu_system_seconds_total',
    'process_start_time_seconds',
    'process_resident_memory_bytes',
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_size_used_bytes',
    'nodejs_external_memory_bytes',
    'nodejs_eventloop_lag_seconds',
  ]) {
    assert.ok(value(name)! > 0, name);
  }
  if (process.platform === 'linux') assert.ok(value('process_open_fds')! > 0);
  assert.equal(families.get('nodejs_version_info')!.samples.size, 1);
});

test('a lock is a line of each family, its blame a line a holder, in seconds', async () => {
  const text = await prometheusText(layerFamilies(source));
  const labels = 'layer="log",lock="append_slot"';
  for (const line of [
    `strata_lock_acquisitions_total{${labels}} 9`,
    `strata_lock_contended_total{${labels}} 4`,
    `strata_lock_wait_seconds_total{${labels}} 2.5`,
    `strata_lock_hold_seconds_total{${labels}} 0.5`,
    `strata_lock_hand_off_seconds_total{${labels}} 0.001`,
    `strata_lock_wait_seconds_max{${labels}} 1`,
    `strata_lock_waiters_max{${labels}} 3`,
    `strata_lock_blame_seconds_total{${labels},holder="entries"} 0.5`,
    `strata_lock_blame_seconds_total{${labels},holder="rotation"} 2`,
  ])
    assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`);
  const without = await prometheusText(layerFamilies({ ...source, locks: () => [] }));
  assert.doesNotMatch(without, /strata_lock_/);
});
