import type { ProcCapture, ProcWindow } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

type Thread = ProcWindow['threads'][number];

const thread = (tid: number, kind: string, cpuMs: number, runqueueWaitMs: number): Thread => ({
  tid,
  kind,
  cpuMs,
  runqueueWaitMs,
  switchesVoluntary: 900,
  switchesInvoluntary: 40,
});

export function madeUpProc(node: number, role: MadeUpRole): ProcCapture {
  return {
    schema: 'strata.proc/1',
    ...madeUpHead('proc', node, role),
    process: {
      cpuUserMs: 1_600,
      cpuSystemMs: 500,
      rssBytes: 150e6,
      io: { rchar: 1e6, wchar: 9e6, syscr: 900, syscw: 2_000, readBytes: 0, writeBytes: 12e6 },
      threads: [
        thread(4001, 'main', 1_700, 240),
        thread(4101, 'pool', 120, 80),
        thread(4102, 'pool', 110, 60),
      ],
    },
    sockets: { established: 104, receiveQueueBytesMax: 12_000, sendQueueBytesMax: 48_000 },
    tcp: { segmentsOut: 90_000, retransmitted: 9 },
    loopbackBytes: 88e6,
    disk: { device: 'vda', seconds: 3, bytesWritten: 30e6, writes: 3_000, flushes: 1_500, flushMs: 75 },
    pressure: { cpu: 0.31, io: 0.04, memory: 0 },
  };
}
