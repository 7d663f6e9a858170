import { type NodeEventKind, NodeEvents } from '../../../results/schema/index.js';

const MS = 1e6;
/** Of every made-up story, so that begins before the story are still positive. */
export const ZERO_MS = 100_000;

export interface MadeUpEvent {
  readonly kind: NodeEventKind;
  /** Milliseconds of the story. */
  readonly at: number;
  readonly ms?: number;
  readonly term?: number;
  readonly peer?: number;
  readonly detail?: string;
  readonly cpuMs?: number;
}

/** One node's journal, checked as a real one is. */
export function madeUpJournal(
  node: number,
  events: readonly MadeUpEvent[],
  { dropped = 0, window = true } = {},
): NodeEvents {
  return NodeEvents.parse({
    schema: 'strata.events/1',
    node,
    next: dropped + events.length,
    dropped,
    ...(window ? { window: { fromNs: ZERO_MS * MS, toNs: (ZERO_MS + 60_000) * MS } } : {}),
    events: events.map(({ kind, at, ms = 0, term = 6, peer = 0, detail = '', cpuMs = 0 }, index) => ({
      ...{ sequence: dropped + index + 1, atNs: (ZERO_MS + at) * MS, durationNs: ms * MS },
      ...{ kind, term, peer, detail, cpuNs: cpuMs * MS },
    })),
  });
}

/**
 * Node 2 heard node 1 last at 1,000 ms, gave it up 500 ms later, stood in term 7 and won at 1,530 ms with the vote of node 3. Each node's own events
 * come on top.
 */
export function lostLeader(own: Readonly<Record<number, readonly MadeUpEvent[] | null>> = {}): NodeEvents[] {
  const stories: Record<number, readonly MadeUpEvent[]> = {
    1: [],
    2: [
      { kind: 'heartbeat-missed', at: 1_000, ms: 500, peer: 1, detail: 'given up' },
      { kind: 'election-timeout', at: 1_500, peer: 1, detail: 'pre-vote' },
      { kind: 'leader-changed', at: 1_500, detail: 'none' },
      { kind: 'campaign', at: 1_510, term: 7, detail: 'pre-vote won' },
      { kind: 'leader', at: 1_530, term: 7, detail: 'elected' },
    ],
    3: [
      { kind: 'heartbeat-missed', at: 1_020, ms: 500, term: 7, peer: 1, detail: 'higher term' },
      { kind: 'leader-changed', at: 1_520, term: 7, detail: 'none' },
      { kind: 'leader-changed', at: 1_540, term: 7, peer: 2, detail: 'known' },
    ],
  };
  return [1, 2, 3].flatMap((node) => {
    const more = own[node];
    return more === null ? [] : [madeUpJournal(node, [...(stories[node] ?? []), ...(more ?? [])])];
  });
}
