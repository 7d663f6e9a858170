import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProgress } from './progress.js';

const progress = {
  phase: 'measure',
  elapsedSeconds: 3.5,
  totalSeconds: 12,
  throughputPerSecond: 20_512.4,
  p50Us: 812.2,
  p99Us: 12_340,
  errors: 0,
} as const;

test('one line says where the run is and how fast', () => {
  assert.equal(
    renderProgress(progress),
    'measuring   3.5/12.0 s     20,512 op/s  p50   812 µs  p99  12.3 ms',
  );
  assert.equal(renderProgress({ ...progress, phase: 'connect' }), 'connecting …');
});

test('errors are shown when there are any, latencies only when they are known', () => {
  assert.match(renderProgress({ ...progress, errors: 7 }), / 7 errors$/);
  assert.match(renderProgress({ ...progress, p50Us: null, p99Us: null }), /p50 +– +p99 +–$/);
});
