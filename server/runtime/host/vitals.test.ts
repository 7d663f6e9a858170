import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MetricsRegistry } from '../metrics-registry.js';
import { SystemClock } from './system-clock.js';
import { GC_PAUSE_MS_MIN, processCpuNs, watchVitals } from './vitals.js';

interface Pause {
  readonly kind: string;
  readonly atNs: number;
  readonly endNs: number;
}

const clock = new SystemClock();

/** A full collection of a heap so large that its pause is told, and what was told of it. */
async function forcedPause(isMeasured: boolean) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const pauses: Pause[] = [];
  const vitals = watchVitals(new MetricsRegistry(), {
    clock,
    isMeasured,
    onGcPause: (kind, atNs, endNs) => pauses.push({ kind, atNs, endNs }),
  });
  const ballast = Array.from({ length: 800_000 }, (_, index) => ({ index, next: { index } }));
  const fromNs = clock.nowNs();
  collect();
  const toNs = clock.nowNs();
  assert.equal(ballast.length, 800_000);
  // The observer is told in a later turn.
  for (let turn = 0; turn < 20 && pauses.length === 0; turn++) await sleep(10);
  vitals.stop();
  return { fromNs, toNs, pauses };
}

describe('watchVitals', () => {
  it('tells of a forced collection: its kind, and when it was by the clock', async () => {
    const { fromNs, toNs, pauses } = await forcedPause(true);
    assert.ok(toNs - fromNs > GC_PAUSE_MS_MIN * 1e6, 'the heap is too small for a pause that counts');
    const pause = pauses.find(
      ({ kind, atNs, endNs }) => kind === 'mark-sweep-compact' && endNs > fromNs && atNs < toNs,
    );
    assert.ok(pause, JSON.stringify({ fromNs, toNs, pauses }));
    // The two clocks were set against each other once; a microsecond or two may lie between them.
    const slackNs = 0.5e6;
    assert.ok(
      pause.atNs >= fromNs - slackNs && pause.endNs <= toNs + slackNs,
      'it lies within the call that forced it',
    );
    assert.ok(pause.endNs - pause.atNs >= 0.5 * (toNs - fromNs), 'and is most of it');
  });

  it('observes nothing where nothing is to be measured', async () => {
    assert.deepEqual((await forcedPause(false)).pauses, []);
  });
});

it('processCpuNs counts what this process computes, and not what it waits', async () => {
  const beganNs = processCpuNs();
  const { user, system } = process.cpuUsage();
  while (process.cpuUsage({ user, system }).user < 50_000);
  const busyNs = processCpuNs() - beganNs;
  await sleep(200);
  const idleNs = processCpuNs() - beganNs - busyNs;
  assert.ok(busyNs >= 50e6 && idleNs < busyNs, `${busyNs} busy, ${idleNs} idle`);
});
