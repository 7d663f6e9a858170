import type { Entry, SnapshotMeta } from '../consensus/messages.js';
import type { LogStorage } from '../ports/log-storage.js';
import { Applier } from './applier.js';
import type { NodeContext } from './node-context.js';
import type { NodeParts } from './node-parts.js';
import { ReadDesk } from './read-desk.js';
import { WriteDesk } from './write-desk.js';

/** Turns committed entries into state. */
export interface EntryApplier {
  /** From now on entries may come. */
  start(): void;
  /** `entries` follow those of the call before. They may be applied later, in their order and all at once or in parts. */
  apply(entries: readonly Entry[], committedNs: number): void;
  /** The core took in a leader's snapshot: what was committed and not applied is part of it. */
  install(meta: SnapshotMeta): void;
  /** Nothing is applied any more. */
  stop(): void;
}

/** The parts of a node that exist in more than one make. Chosen once, when a node is put together; one object serves one node. */
export interface Strategies {
  /** The log as the loop sees it. Called before the others. */
  log(log: LogStorage): LogStorage;
  writes(...parts: ConstructorParameters<typeof WriteDesk>): WriteDesk;
  reads(...parts: ConstructorParameters<typeof ReadDesk>): ReadDesk;
  applier(context: NodeContext, parts: NodeParts): EntryApplier;
}

/** What every node does that is not asked for something else. */
export const EVERYDAY: Strategies = {
  log: (log) => log,
  writes: (...parts) => new WriteDesk(...parts),
  reads: (...parts) => new ReadDesk(...parts),
  applier: (context, parts) => new Applier(context, parts),
};
