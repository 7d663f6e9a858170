import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { IntervalLog } from './interval-log.js';
import { LatencyHistogram } from './latency-histogram.js';
import { MergedIntervals } from './merged-intervals.js';
import type { IntervalReport } from './messages.js';

function encoded(...latenciesNs: number[]): Uint8Array {
  const histogram = new LatencyHistogram();
  for (const latencyNs of latenciesNs) histogram.record(latencyNs);
  return histogram.encode();
}

const START_MS = 1_790_000_000_250;

/** Two workers, two and a half seconds; the second worker has nothing to say in second 1. */
const reports: IntervalReport[] = [
  {
    second: 0,
    ops: 3,
    errors: 1,
    histograms: { put: encoded(1e6, 2e6), get: encoded(9e6), service: encoded(5e5), queue: encoded(0) },
  },
  {
    second: 1,
    ops: 1,
    errors: 0,
    histograms: { put: null, get: encoded(4e6), service: encoded(4e6), queue: encoded(7) },
  },
  { second: 2, ops: 0, errors: 0, histograms: { put: null, get: null, service: null, queue: null } },
  {
    second: 0,
    ops: 1,
    errors: 0,
    histograms: { put: encoded(7e6), get: null, service: encoded(6e6), queue: encoded(1e6) },
  },
];

function write(): { text: string; merged: MergedIntervals } {
  const log = new IntervalLog(START_MS, 2.5);
  const merged = new MergedIntervals(reports, (second) => log.add(second));
  return { text: log.text, merged };
}

test('the log is read back by the library as it was written, second by second and tag by tag', () => {
  const { text } = write();
  const reader = new HistogramLogReader(text);
  const read: [string, number, number, number][] = [];
  for (let one = reader.nextIntervalHistogram(); one !== null; one = reader.nextIntervalHistogram()) {
    read.push([
      one.tag,
      one.startTimeStampMsec,
      one.endTimeStampMsec - one.startTimeStampMsec,
      one.totalCount,
    ]);
  }
  assert.deepEqual(read, [
    ['response', START_MS, 1_000, 4],
    ['service', START_MS, 1_000, 2],
    ['queue', START_MS, 1_000, 2],
    ['response', START_MS + 1_000, 1_000, 1],
    ['service', START_MS + 1_000, 1_000, 1],
    ['queue', START_MS + 1_000, 1_000, 1],
    ['response', START_MS + 2_000, 500, 0],
    ['service', START_MS + 2_000, 500, 0],
    ['queue', START_MS + 2_000, 500, 0],
  ]);
  assert.deepEqual(listTags(text), ['response', 'service', 'queue']);
});

test('the text is as other tools of HdrHistogram want it', () => {
  const lines = write().text.split('\n');
  assert.ok(lines[0]!.startsWith('#['), `the first line is ${lines[0]}`);
  assert.ok(lines.includes('#[Histogram log format version 1.3]'));
  assert.ok(lines.includes('#[BaseTime: 1790000000.250 (seconds since epoch)]'));
  assert.ok(!lines.some((line) => line.includes('undefined') || line.includes('NaN')));
  const first = lines.find((line) => line.startsWith('Tag=response'))!.split(',');
  // Start and length in seconds after the base time, the maximum in milliseconds.
  assert.deepEqual(
    first
      .slice(0, 3)
      .map((field) => field.trim())
      .slice(1),
    ['0.000', '1.000'],
  );
  assert.ok(Math.abs(Number(first[3]) - 9) < 0.02, `maximum ${first[3]} ms`);
});

test('seconds and totals join all workers, and response is puts and gets together', () => {
  const { totals, timeline } = write().merged;
  assert.deepEqual(
    timeline.map(({ second, ops, errors }) => [second, ops, errors]),
    [
      [0, 4, 1],
      [1, 1, 0],
      [2, 0, 0],
    ],
  );
  const counts = Object.entries(totals).map(([name, histogram]) => [name, histogram.count]);
  assert.deepEqual(Object.fromEntries(counts), { response: 5, put: 3, get: 2, service: 3, queue: 3 });
});
