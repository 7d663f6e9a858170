/** The thread of `threaded-calls.ts`: writes and syncs on descriptors of the process, one call at a time. */
import { fdatasyncSync, fsyncSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { DiskAnswer, DiskOrder } from './threaded-calls.js';

parentPort!.on('message', (order: DiskOrder) => {
  parentPort!.postMessage(carryOut(order));
});

function carryOut(order: DiskOrder): DiskAnswer {
  const { id, descriptor } = order;
  try {
    if (order.call === 'write') {
      const written = writeSync(descriptor, order.bytes, 0, order.bytes.length, order.position);
      return { id, written, code: null };
    }
    if (order.call === 'fsync') fsyncSync(descriptor);
    else fdatasyncSync(descriptor);
    return { id, written: 0, code: null };
  } catch (error) {
    return { id, written: 0, code: (error as NodeJS.ErrnoException).code ?? 'EIO' };
  }
}
