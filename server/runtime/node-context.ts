import type { StateMachine } from '../state/state-machine.js';
import type { EventJournal } from './journal/event-journal.js';
import type { NodeMetrics } from './node-metrics.js';
import type { RuntimeOptions } from './runtime-options.js';
import type { Strategies } from './strategies.js';

/** What all desks of one node share: the parts it is made of, and the few facts that change. Only the runtime writes to it. */
export interface NodeContext extends Omit<RuntimeOptions, 'machine'> {
  /** The replicated state. Another object once a snapshot of the leader is installed: read it here at every use, never keep it. */
  machine: StateMachine;
  readonly strategies: Strategies;
  readonly nodeMetrics: NodeMetrics;
  /** What explains this life of the node to whoever looks at it later. */
  readonly journal: EventJournal;
  /** Asks for a turn of the loop. */
  readonly schedule: () => void;
  /** Term in which this node leads, 0 when it does not. Set once the core has said so in a ready. */
  leadingTerm: number;
  /** Newest term in which this node tried to hand its lead over: no lease counts in that term any more (thesis §6.4.1). */
  transferTerm: number;
  isStopped: boolean;
  /** The cluster removed this node for good: it knows no leader any more, and what it holds grows old. */
  isRemoved: boolean;
}
