import { z } from 'zod';
import { DiskWindow, ProcWindow } from '../node.js';
import { captureHead } from './head.js';

const count = z.number().int().nonnegative();

/** `/proc` of one process and of the machine around it, over a window: free of cost for the process. */
export const ProcCapture = z.strictObject({
  schema: z.literal('strata.proc/1'),
  ...captureHead,
  process: ProcWindow,
  /** TCP sockets of the process at the end, and the most bytes that were seen waiting in them. Null where they cannot be read. */
  sockets: z
    .strictObject({
      established: count,
      receiveQueueBytesMax: z.number().nonnegative(),
      sendQueueBytesMax: z.number().nonnegative(),
    })
    .nullable(),
  /** Of the whole machine; null where the kernel hides it. */
  tcp: z.strictObject({ segmentsOut: count, retransmitted: count }).nullable(),
  loopbackBytes: z.number().nonnegative().nullable(),
  disk: DiskWindow.omit({ schema: true }).nullable(),
  /** Share of the window in which some task of the machine waited for it (`/proc/pressure`), 0 to 1; null where the kernel has none. */
  pressure: z
    .strictObject({ cpu: z.number().nullable(), io: z.number().nullable(), memory: z.number().nullable() })
    .nullable(),
});
export type ProcCapture = z.infer<typeof ProcCapture>;
