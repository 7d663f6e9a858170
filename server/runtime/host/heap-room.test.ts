import assert from 'node:assert/strict';
import { it } from 'node:test';
import { heapWarning } from './heap-room.js';

const GIB = 2 ** 30;

it('warns when the state may outgrow the heap, and says what to start with', () => {
  assert.equal(heapWarning(2 * GIB, 4 * GIB), null);
  assert.equal(heapWarning(2 * GIB, 3 * GIB), null);
  assert.match(
    heapWarning(2 * GIB, 2 * GIB)!,
    /may grow to 2048 MiB.*limits\.stateBytesMax of 2048 MiB.*--max-old-space-size=3072/,
  );
});
