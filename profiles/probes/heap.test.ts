import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HeapCapture } from '../../results/schema/index.js';
import { observe } from '../testing/inspector-capture.js';
import { heapProbe } from './heap.js';

const MIB = 1_024 * 1_024;

function bytesBelow({ frames, stacks }: HeapCapture, name: string): number {
  const has = (stack: HeapCapture['stacks'][number]): boolean =>
    stack.frames.some((at) => frames[at]!.name === name);
  return stacks.filter(has).reduce((sum, { bytes }) => sum + bytes, 0);
}

describe('the heap probe on a running process', { concurrency: false }, () => {
  it('finds the function that allocates seventy of a hundred bytes, on its layer', () =>
    observe(
      { probe: heapProbe, schema: HeapCapture, mode: 'allocate', node: 3, ms: 1_000 },
      ({ document, folder }) => {
        const seventy = bytesBelow(document, 'allocateSeventyPercent');
        const thirty = bytesBelow(document, 'allocateThirtyPercent');
        const share = seventy / (seventy + thirty);
        assert.ok(seventy > MIB && share > 0.62 && share < 0.78, `${seventy} and ${thirty} bytes`);
        assert.ok(document.layers.log > 0.9 * document.sampledBytes, JSON.stringify(document.layers));
        const sum = Object.values(document.layers).reduce((one, other) => one + other, 0);
        assert.equal(sum, document.sampledBytes);
        const raw = JSON.parse(readFileSync(join(folder, document.raw[0]!), 'utf8')) as object;
        assert.ok('head' in raw);
        assert.deepEqual(document.raw, ['node-3.heapprofile']);
      },
    ));
  it('finds next to nothing in an idle process, and no layer of ours in one that is not ours', () =>
    observe({ probe: heapProbe, schema: HeapCapture, mode: 'idle', ms: 1_000 }, ({ document }) => {
      assert.ok(document.sampledBytes < MIB, `${document.sampledBytes} bytes`);
      assert.equal(document.layers.log, 0);
    }));
});
