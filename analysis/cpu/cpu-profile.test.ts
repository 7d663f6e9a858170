import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeUpCpu } from '../testing/made-up-parts.js';
import { BUSY_LAYERS, busyUs, hotFunctions, inclusiveShare, layerShare } from './cpu-profile.js';

describe('CPU profile', () => {
  const capture = madeUpCpu(1, 'leader');

  it('has layers that share the time on the CPU, idle left out', () => {
    assert.equal(busyUs(capture), capture.sampledUs - capture.layers.idle);
    const sum = BUSY_LAYERS.reduce((total, layer) => total + layerShare(capture, layer), 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
  });

  it('has functions whose self shares sum to one', () => {
    const rows = hotFunctions(capture, Number.POSITIVE_INFINITY);
    assert.ok(Math.abs(rows.reduce((total, row) => total + row.self, 0) - 1) < 1e-9);
    for (const row of rows) assert.ok(row.total >= row.self - 1e-12 && row.total <= 1);
    assert.ok(!rows.some((row) => row.name === '(idle)'));
  });

  it('counts a recursive function once in its total', () => {
    const step = hotFunctions(capture, 20).find((row) => row.name === 'step')!;
    assert.ok(Math.abs(step.total - 240_000 / busyUs(capture)) < 1e-9);
    assert.equal(step.self, step.total);
  });

  it('gives native code the layer that asked for it', () => {
    const write = hotFunctions(capture, 20).find((row) => row.name === 'writeBuffer')!;
    assert.equal(write.layer, 'network');
  });

  it('keeps apart what two layers ask of one native function, and not what one function of ours calls', () => {
    const native = { name: 'write', file: '', line: 0, layer: 'unattributed' as const };
    const loop = { name: 'turn', file: 'server/runtime/loop.js', line: 4, layer: 'runtime' as const };
    const layers = { ...capture.layers };
    for (const layer of BUSY_LAYERS) layers[layer] = 0;
    const two = {
      layers: { ...layers, network: 600, io: 300, runtime: 100 },
      frames: [loop, native],
      stacks: [
        { frames: [0, 1], layer: 'network' as const, us: 600 },
        { frames: [0, 1], layer: 'io' as const, us: 300 },
        { frames: [0], layer: 'runtime' as const, us: 100 },
      ],
    };
    assert.deepEqual(
      hotFunctions(two, 10).map(({ name, layer, self, total }) => [name, layer, self, total]),
      [
        ['write', 'network', 0.6, 0.6],
        ['write', 'io', 0.3, 0.3],
        ['turn', 'runtime', 0.1, 1],
      ],
    );
  });

  it('counts a sample once for an inclusive share', () => {
    const share = inclusiveShare(capture, (frame) => frame.file.startsWith('server/'));
    assert.ok(share > 0.8 && share < 1);
    assert.equal(
      inclusiveShare(capture, () => false),
      0,
    );
    assert.equal(
      inclusiveShare(capture, () => true),
      1,
    );
  });

  it('is all zero for a profile without a sample', () => {
    const layers = { ...capture.layers };
    for (const layer of BUSY_LAYERS) layers[layer] = 0;
    const empty = { ...capture, layers, stacks: [], sampledUs: 0 };
    assert.equal(layerShare(empty, 'network'), 0);
    assert.deepEqual(hotFunctions(empty, 5), []);
  });
});
