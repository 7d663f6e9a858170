import type { SyscallCapture } from '../../../results/schema/index.js';

export type MadeUpRole = SyscallCapture['role'];

/** What every made-up capture says first. The process ids are those of `madeUpNode`. */
export function madeUpHead(probe: string, node: number, role: MadeUpRole) {
  return { probe, node, role, pid: 4000 + node, seconds: 3, raw: [`node-${node}.raw`] };
}
