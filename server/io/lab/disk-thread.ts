import * as fs from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { DiskAnswer, DiskOrder } from './worker-calls.js';

/** The thread behind `WorkerCalls`: one synchronous call after the other, in the order of their arrival. */
const port = parentPort!;

function run({ call, descriptor, bytes, position }: DiskOrder): number {
  if (call === 'write') return fs.writeSync(descriptor, bytes!, 0, bytes!.length, position);
  if (call === 'fsync') fs.fsyncSync(descriptor);
  else fs.fdatasyncSync(descriptor);
  return 0;
}

port.on('message', (order: DiskOrder) => {
  const answer: DiskAnswer = { id: order.id, written: 0, code: null, message: '' };
  try {
    port.postMessage({ ...answer, written: run(order) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    port.postMessage({ ...answer, code: code ?? 'EIO', message });
  }
});
