import type { NodeEvents } from '../../results/schema/index.js';
import { fetchEvents } from './node-api.js';

/** What happened before the window may explain what happened at its begin. */
const BEFORE_WINDOW_NS = 5e9;

/** From when to when was measured, CLOCK_MONOTONIC of the nodes' machine. */
export interface MeasuredWindow {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface JournalGap {
  readonly url: string;
  readonly because: string;
}

export interface Journals {
  readonly events: readonly NodeEvents[];
  /** Nodes whose journal nobody has, and why. */
  readonly gaps: readonly JournalGap[];
}

/** The journals of all nodes, cut to the window. A node that does not answer is a gap with its reason, never an error: it may have died, which is news. */
export async function readJournals(
  urls: readonly string[],
  window: MeasuredWindow | null,
): Promise<Journals> {
  if (window === null) {
    const because = 'no node was read at both ends of the window, so nobody knows where it was';
    return { events: [], gaps: urls.map((url) => ({ url, because })) };
  }
  const found = await Promise.allSettled(urls.map((url) => fetchEvents(url, 0)));
  const events: NodeEvents[] = [];
  const gaps: JournalGap[] = [];
  for (const [index, outcome] of found.entries()) {
    if (outcome.status === 'fulfilled') events.push(cutJournal(outcome.value, window));
    else gaps.push({ url: urls[index]!, because: (outcome.reason as Error).message });
  }
  return { events, gaps };
}

/** What touches the window or the few seconds before it. `dropped` stays only when it can have been of that time. */
export function cutJournal(journal: NodeEvents, { fromNs, toNs }: MeasuredWindow): NodeEvents {
  const beginNs = fromNs - BEFORE_WINDOW_NS;
  const isKept = journal.events.some(({ atNs, durationNs }) => atNs + durationNs < beginNs);
  return {
    ...journal,
    dropped: isKept ? 0 : journal.dropped,
    window: { fromNs, toNs },
    events: journal.events.filter(({ atNs, durationNs }) => atNs + durationNs >= beginNs && atNs <= toNs),
  };
}
