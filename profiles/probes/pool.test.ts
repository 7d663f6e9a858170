import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PoolCapture } from '../../results/schema/index.js';
import { observe } from '../testing/inspector-capture.js';
import { poolProbe, poolThreads, poolWaits } from './pool.js';

describe('the pool probe on a running process', { concurrency: false }, () => {
  it('finds a pool that has twice as much to do as it has threads', () =>
    observe({ probe: poolProbe, schema: PoolCapture, mode: 'saturate', ms: 1_500 }, ({ document }) => {
      assert.equal(document.threads, 4);
      assert.ok(document.saturatedShare > 0.6, JSON.stringify(document));
      // A derivation takes tens of milliseconds, a task of the probe microseconds.
      assert.ok(document.wait.p50! > 10_000, JSON.stringify(document.wait));
      assert.ok(document.floorUs <= 1_000);
    }));
  it('finds no wait in an idle process', () =>
    observe({ probe: poolProbe, schema: PoolCapture, mode: 'idle', ms: 1_500 }, ({ document }) => {
      assert.ok(document.wait.count > 20, JSON.stringify(document.wait));
      assert.ok(document.wait.p50! < 5_000, JSON.stringify(document.wait));
      assert.ok(document.saturatedShare < 0.4, JSON.stringify(document));
    }));
  it('does not take a busy loop for a busy pool', () =>
    observe({ probe: poolProbe, schema: PoolCapture, mode: 'stall', ms: 300 }, ({ document }) => {
      assert.ok(document.wait.p50! < 5_000, JSON.stringify(document.wait));
      assert.ok(document.saturatedShare < 0.4, JSON.stringify(document));
    }));
  it('reads the number of threads from the process', async () => {
    process.env.UV_THREADPOOL_SIZE = '2';
    try {
      await observe({ probe: poolProbe, schema: PoolCapture, mode: 'idle' }, ({ document }) => {
        assert.equal(document.threads, 2);
      });
    } finally {
      delete process.env.UV_THREADPOOL_SIZE;
    }
  });
});

describe('poolWaits', () => {
  it('has a floor although the pool was full from the start', () => {
    const full = Array.from({ length: 20 }, () => 80_000);
    const { floorUs, wait, saturatedShare } = poolWaits(
      { floorUs: full, roundTripUs: full, poolSize: null },
      1,
    );
    assert.deepEqual([floorUs, wait.mean, saturatedShare], [1_000, 79_000, 1]);
  });
  it('takes the lower of both medians for the floor', () => {
    const found = poolWaits({ floorUs: [900, 100, 120], roundTripUs: [80, 90, 2_090], poolSize: '8' }, 1);
    assert.deepEqual([found.floorUs, found.wait.max, found.wait.min, found.threads], [90, 2_000, 0, 8]);
    assert.equal(found.saturatedShare, 1 / 3);
  });
  it('does not invent a wait', () => {
    assert.throws(() => poolWaits({ floorUs: [], roundTripUs: [], poolSize: null }, 1), {
      code: 'STRATA_PROBE_FAILED',
    });
  });
});

describe('poolThreads', () => {
  it('reads the size as libuv does', () => {
    assert.deepEqual([null, '16', '0', '-3', 'many', '9999'].map(poolThreads), [4, 16, 1, 1, 1, 1_024]);
  });
});
