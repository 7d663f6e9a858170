import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PerfFrame } from '../../results/schema/index.js';
import { madeUpHeap } from '../testing/captures/heap.js';
import { madeUpPerf } from '../testing/captures/perf.js';
import { layerShare } from './cpu-profile.js';
import { allocationSites, heapLayers, sampledBytes } from './heap-profile.js';
import {
  hotNativeFunctions,
  isNativeLock,
  isNativeSync,
  perfInclusiveShare,
  threadShares,
} from './perf-profile.js';

const CAPTURE = madeUpPerf(1, 'leader');

describe('perf profile', () => {
  it('shares all CPU time among kinds of threads and layers', () => {
    const rows = threadShares(CAPTURE);
    assert.deepEqual(
      rows.map((row) => [row.thread, Math.round(row.share * 1e3)]),
      [
        ['main', 850],
        ['pool', 100],
        ['platform', 40],
        ['other', 10],
      ],
    );
    for (const row of rows) {
      const layers = row.layers.reduce((total, entry) => total + entry.share, 0);
      assert.ok(Math.abs(layers - row.share) < 1e-9, row.thread);
    }
    assert.ok(Math.abs(rows[1]!.kernelShare - 0.9) < 1e-9);
    assert.ok(Math.abs(layerShare(CAPTURE, 'unattributed') - 0.01) < 1e-9);
  });

  it('says of each function what it is', () => {
    const kinds = new Map(hotNativeFunctions(CAPTURE, 20).map((row) => [row.name, row.kind]));
    assert.equal(kinds.get('step'), 'js');
    assert.equal(kinds.get('do_fsync'), 'kernel');
    assert.equal(kinds.get('ArrayPrototypeShift'), 'builtin');
    assert.equal(kinds.get('[unknown]'), 'unknown');
  });

  it('finds locks and syncs anywhere in a stack, once each', () => {
    assert.ok(Math.abs(perfInclusiveShare(CAPTURE, isNativeLock) - 0.02) < 1e-9);
    assert.ok(Math.abs(perfInclusiveShare(CAPTURE, isNativeSync) - 0.09) < 1e-9);
  });

  it('takes a function for a lock by its name, never one of JavaScript', () => {
    const frame = (name: string, kind: PerfFrame['kind']): PerfFrame => ({
      name,
      kind,
      file: '',
      line: 0,
      layer: 'unattributed',
    });
    for (const name of [
      'pthread_mutex_lock',
      '__pthread_mutex_unlock',
      '__lll_lock_wait',
      'uv_mutex_lock',
      '___pthread_mutex_lock',
      'v8::base::RecursiveMutex::Lock',
    ]) {
      assert.ok(isNativeLock(frame(name, 'native')), name);
      assert.ok(!isNativeLock(frame(name, 'js')), name);
    }
    for (const name of ['lockstep', 'my_pthread_mutex', 'uv_cond_wait', 'futex_wait'])
      assert.ok(!isNativeLock(frame(name, 'native')), name);
    for (const name of ['fdatasync', 'fsync', 'do_fsync', '__x64_sys_fdatasync', 'vfs_fsync_range']) {
      assert.ok(isNativeSync(frame(name, 'kernel')), name);
    }
    assert.ok(!isNativeSync(frame('async', 'native')));
  });

  it('is empty, not wrong, without a sample', () => {
    const empty = { ...CAPTURE, stacks: [], layers: { ...CAPTURE.layers, network: 0 } };
    assert.deepEqual(threadShares(empty), []);
    assert.equal(perfInclusiveShare(empty, isNativeLock), 0);
  });
});

describe('allocations', () => {
  const capture = madeUpHeap(1, 'leader');

  it('share all bytes among layers, and among sites', () => {
    const sum = (rows: readonly { readonly share: number }[]) =>
      rows.reduce((total, row) => total + row.share, 0);
    assert.equal(sampledBytes(capture), capture.sampledBytes);
    assert.ok(Math.abs(sum(heapLayers(capture)) - 1) < 1e-9);
    assert.ok(Math.abs(sum(allocationSites(capture, Number.POSITIVE_INFINITY)) - 1) < 1e-9);
  });

  it('keep a function that serves two layers in two rows', () => {
    const slices = allocationSites(capture, 20).filter((site) => site.name === 'slice');
    assert.deepEqual(
      slices.map((site) => [site.layer, site.bytes]),
      [
        ['network', 9_000_000],
        ['log', 2_000_000],
      ],
    );
  });
});
