import assert from 'node:assert/strict';
import test from 'node:test';
import type { LoadSummary } from '../../results/schema/index.js';
import { evaluateThreshold, parseThreshold } from './threshold.js';

const summary = {
  operations: { total: 1000, ok: 990, put: 990, get: 0 },
  throughputPerSecond: 5000,
  latency: { response: { count: 990, mean: 900, p50: 800, p99: 19_999, p999: null, max: 50_000 } },
} as unknown as LoadSummary;

const met = (text: string) => evaluateThreshold(parseThreshold(text), summary);

test('latencies compare in the unit of the rule, throughput per second, errors as a share', () => {
  const cases: readonly [string, boolean | null, number | null][] = [
    ['p99<20ms', true, 19_999],
    ['p99 < 19999us', false, 19_999],
    ['p99<=19999us', true, 19_999],
    ['max<0.05s', false, 50_000],
    ['mean<1ms', true, 900],
    ['throughput>4999', true, 5000],
    ['throughput>=5001', false, 5000],
    ['errors<=1%', true, 0.01],
    ['errors<0.01', false, 0.01],
    ['p999<1s', null, null],
  ];
  for (const [text, expected, actual] of cases) {
    assert.deepEqual([text, met(text).met, met(text).actual], [text, expected, actual]);
  }
});

test('a rule that cannot be meant is refused', () => {
  for (const text of [
    '',
    'p99',
    'p99<20',
    'p99=20ms',
    'p98<20ms',
    'throughput>5ms',
    'errors<1ms',
    'p99<-1ms',
  ])
    assert.throws(() => parseThreshold(text), { code: 'commander.invalidArgument' }, text);
});
