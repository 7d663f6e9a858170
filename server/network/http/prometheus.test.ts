import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricsSource } from '../../ports/metrics.js';
import { layerFamilies, prometheusText } from './prometheus.js';

const source: MetricsSource = {
  counters: () => [{ name: 'log_entries_total', help: 'Entries.', value: 42 }],
  gauges: () => [{ name: 'network_http_connections', help: 'Open.', value: 3 }],
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
};

function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^}]*\})?) (\S+)$/.exec(line);
    assert.ok(match, `not a sample: ${line}`);
    assert.ok(!Number.isNaN(Number(match[2])), line);
    assert.equal(samples.has(match[1]!), false, `twice: ${line}`);
    samples.set(match[1]!, Number(match[2]));
  }
  return samples;
}

test('counters, gauges and histograms appear under strata_ with HELP and TYPE', async () => {
  const text = await prometheusText(layerFamilies(source));
  assert.match(text, /^# HELP strata_log_entries_total Entries\.$/m);
  assert.match(text, /^# TYPE strata_log_entries_total counter$/m);
  assert.match(text, /^# TYPE strata_network_http_connections gauge$/m);
  assert.match(text, /^# TYPE strata_io_fsync_seconds histogram$/m);
  const samples = parse(text);
  assert.equal(samples.get('strata_log_entries_total'), 42);
  assert.equal(samples.get('strata_network_http_connections'), 3);
});

test('nanoseconds become seconds in cumulative buckets from 10 µs to 10 s', async () => {
  const samples = parse(await prometheusText(layerFamilies(source)));
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
  const samples = parse(await prometheusText(layerFamilies(source)));
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="4"}'), 1);
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="16"}'), 2);
  assert.equal(samples.get('strata_log_batch_entries_bucket{le="64"}'), 3);
  assert.equal(samples.get('strata_log_batch_entries_sum'), 70);
});
