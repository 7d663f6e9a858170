import type {
  Entry,
  Message,
  NodeId,
  ReadState,
  SnapshotMeta,
  StorageAppend,
} from '../../consensus/messages.js';
import type { NodeView } from './node-view.js';

/**
 * What an observer tells in the moment it happens, in the order in which it happens on all nodes together. A handler throws a `Violation`; it is
 * kept until the end of the tick, so that the node goes on undisturbed.
 */
export interface Watcher {
  /** A process begins with what its disk held; `before` is what the life before knew, null in the first life. */
  onLife?(view: NodeView, before: LastLife | null): void;
  /** Entries, hard state or a snapshot go to the disk; `view.log` does not hold them yet. */
  onAppend?(view: NodeView, append: StorageAppend): void;
  /** The disk says that what was handed to it is durable; `view.durable` holds it already. */
  onDurable?(view: NodeView): void;
  onElected?(view: NodeView): void;
  /** The commit index moved from `before` to `view.commit`; `isOwn`: as leader, by counting, and what it commits is chosen already. */
  onCommit?(view: NodeView, before: number, isOwn: boolean): void;
  /** Handed out to be applied. */
  onApply?(view: NodeView, entries: readonly Entry[]): void;
  /** A leader's snapshot takes the place of log and state. */
  onInstall?(view: NodeView, meta: SnapshotMeta): void;
  /** A message leaves the node: at once, or with the append whose durability it tells of. */
  onLeave?(view: NodeView, message: Message): void;
  onReadAsked?(view: NodeView, context: number): void;
  onReadState?(view: NodeView, state: ReadState): void;
}

/** What a life that ended had been promised by its disk. */
export interface LastLife {
  readonly term: number;
  readonly vote: NodeId;
  /** The last entry that is durable for certain; what a write under way may have replaced is not. */
  readonly index: number;
  readonly entryTerm: number;
}
