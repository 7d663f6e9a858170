import type { NodeEvent, NodeEvents } from '../../results/schema/index.js';

/** A time of CLOCK_MONOTONIC from begin to end, both in nanoseconds. */
export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** A link that did not work, as one of its ends tells it. */
export interface Outage extends Span {
  readonly peer: number;
  /** False: it stood, and gave no sign of life. */
  readonly isLost: boolean;
}

/** One node's journal, in the order of time, with what has to be read out of several events. */
export interface Story {
  readonly node: number;
  readonly events: readonly NodeEvent[];
  readonly outages: readonly Outage[];
  /** When this life began to serve; null when that is longer ago than the journal reaches. */
  readonly startedNs: number | null;
}

/** By node. Events come in the order in which they ended, which is not that in which they began. */
export function storiesOf(journals: readonly NodeEvents[]): ReadonlyMap<number, Story> {
  return new Map(
    journals.map((journal) => {
      const events = [...journal.events].sort(
        (one, other) => one.atNs - other.atNs || one.sequence - other.sequence,
      );
      const startedNs = events.find(({ kind }) => kind === 'started')?.atNs ?? null;
      return [journal.node, { node: journal.node, events, outages: outagesOf(journal.events), startedNs }];
    }),
  );
}

/** A loss is told when it comes and ends with the next `back` of that peer; one that has not ended lasts on. */
function outagesOf(events: readonly NodeEvent[]): Outage[] {
  const open = new Map<number, Outage>();
  const outages: Outage[] = [];
  for (const { kind, peer, detail, atNs, durationNs } of events) {
    if (kind !== 'link') continue;
    if (detail === 'lost' || detail === 'probing') {
      const before = open.get(peer);
      const fromNs = before?.fromNs ?? atNs;
      const isLost = detail === 'lost' || before?.isLost === true;
      open.set(peer, { peer, fromNs, toNs: Number.POSITIVE_INFINITY, isLost });
    } else if (detail === 'back') {
      // The loss itself may have been cut off with what was before the window.
      outages.push({
        peer,
        fromNs: atNs,
        toNs: atNs + durationNs,
        isLost: open.get(peer)?.isLost ?? true,
      });
      open.delete(peer);
    }
  }
  return [...outages, ...open.values()];
}

export function endNs(event: NodeEvent): number {
  return event.atNs + event.durationNs;
}

export function overlapNs(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.toNs, other.toNs) - Math.max(one.fromNs, other.fromNs));
}

/** Time that at least one of the spans covers. */
export function unionNs(spans: readonly Span[]): number {
  let totalNs = 0;
  let reachedNs = Number.NEGATIVE_INFINITY;
  for (const { fromNs, toNs } of [...spans].sort((one, other) => one.fromNs - other.fromNs)) {
    totalNs += Math.max(0, toNs - Math.max(fromNs, reachedNs));
    reachedNs = Math.max(reachedNs, toNs);
  }
  return totalNs;
}
