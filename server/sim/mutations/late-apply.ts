import type { Entry } from '../../consensus/messages.js';
import { RawNode } from '../../consensus/raw-node.js';
import { Applier } from '../../runtime/applier.js';
import { type Patch, replace, together } from './patch.js';

/** Entries come to the state machine this many ticks after the core gave them out: as from a queue of their own. */
const LATE_TICKS = 3;

interface Batch {
  readonly apply: () => void;
  ticksLeft: number;
}

/** Committed entries wait in a queue that nobody empties when a snapshot takes the place of the state machine. */
export const applyBesideInstall: Patch = () => {
  const queues = new WeakMap<RawNode, Batch[]>();
  /** Whose entries are being handed out. */
  let current: RawNode | null = null;
  return together(
    replace(
      RawNode.prototype,
      'ready',
      (original) =>
        function ready(this: RawNode) {
          current = this;
          return original.call(this);
        },
    ),
    replace(
      Applier.prototype,
      'apply',
      (original) =>
        function apply(this: Applier, entries: readonly Entry[], committedNs: number): void {
          const queue = queues.get(current!) ?? [];
          queue.push({ apply: () => original.call(this, entries, committedNs), ticksLeft: LATE_TICKS });
          queues.set(current!, queue);
        },
    ),
    replace(
      RawNode.prototype,
      'tick',
      (original) =>
        function tick(this: RawNode): void {
          const queue = queues.get(this) ?? [];
          for (const batch of queue) batch.ticksLeft -= 1;
          while (queue[0] !== undefined && queue[0].ticksLeft <= 0) queue.shift()!.apply();
          original.call(this);
        },
    ),
  )();
};
