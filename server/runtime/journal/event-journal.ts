import type { NodeId } from '../../consensus/messages.js';

/** What a node remembers of its life; `results/schema/events.ts` says for its readers what each of them means. */
export type EventKind =
  | 'heartbeat-missed'
  | 'election-timeout'
  | 'campaign'
  | 'leader'
  | 'step-down'
  | 'leader-changed'
  | 'gc'
  | 'loop-delay'
  | 'disk-stall'
  | 'snapshot'
  | 'link'
  | 'started';

/** Times are those of the node's own clock, in nanoseconds. */
export interface JournalEvent {
  /** From 1, in the order in which the events ended. */
  readonly sequence: number;
  /** Its begin. */
  readonly atNs: number;
  /** 0 for a moment. */
  readonly durationNs: number;
  readonly kind: EventKind;
  /** Of the node when it was written. */
  readonly term: number;
  /** The other node it is about, 0 for none. */
  readonly peer: NodeId;
  readonly detail: string;
  /** Of `loop-delay`: CPU time of the process within it; 0 for all others. */
  readonly cpuNs: number;
}

export const JOURNAL_EVENTS_MAX = 4_096;

/**
 * The newest events of one life of a node, numbered from 1; the oldest are overwritten. An event is written when it ends, and only when something out of
 * the ordinary happened: a request costs nothing here.
 */
export class EventJournal {
  readonly #term: () => number;
  readonly #ring: JournalEvent[] = [];
  #next = 1;

  constructor(term: () => number) {
    this.#term = term;
  }

  /** Something without a length. */
  moment(kind: EventKind, atNs: number, detail: string, peer: NodeId = 0): void {
    this.#add(kind, atNs, 0, detail, peer, 0);
  }

  /** Something that has just ended. A clock read twice may go back by less than it can show: no length is below 0. */
  span(kind: EventKind, atNs: number, endNs: number, detail: string, peer: NodeId = 0, cpuNs = 0): void {
    this.#add(kind, atNs, Math.max(0, endNs - atNs), detail, peer, cpuNs);
  }

  /** Events with a number above `since`, oldest first, and how many of those were overwritten before they were read. */
  after(since: number): { next: number; dropped: number; events: JournalEvent[] } {
    const from = Math.max(since + 1, this.#next - JOURNAL_EVENTS_MAX, 1);
    const events: JournalEvent[] = [];
    for (let sequence = from; sequence < this.#next; sequence++)
      events.push(this.#ring[sequence % JOURNAL_EVENTS_MAX]!);
    return { next: this.#next - 1, dropped: Math.max(0, Math.min(from, this.#next) - (since + 1)), events };
  }

  #add(kind: EventKind, atNs: number, durationNs: number, detail: string, peer: NodeId, cpuNs: number): void {
    const sequence = this.#next;
    this.#next += 1;
    const term = this.#term();
    this.#ring[sequence % JOURNAL_EVENTS_MAX] = {
      sequence,
      atNs,
      durationNs,
      kind,
      term,
      peer,
      detail,
      cpuNs,
    };
  }
}

/** The document at `/debug/events`. */
export function eventsDocument(node: NodeId, found: ReturnType<EventJournal['after']>): unknown {
  return { schema: 'strata.events/1', node, ...found };
}
