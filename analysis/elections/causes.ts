import type { NodeEvent } from '../../results/schema/index.js';
import { endNs, overlapNs, type Span, type Story, unionNs } from './story.js';

/**
 * What may have kept heartbeats from being sent, delivered or noticed (`BESIDE` only coincides: heartbeats do not wait for the disk, nor for a snapshot).
 */
export type CauseKind =
  | 'gone'
  | 'stepped-down'
  | 'not-running'
  | 'starved'
  | 'busy'
  | 'late'
  | 'link'
  | 'gc'
  | 'disk'
  | 'snapshot';

const BESIDE: ReadonlySet<CauseKind> = new Set(['disk', 'snapshot']);
/** Of causes that overlap alike, the one that would bring the others about comes first. */
const ORDER: readonly CauseKind[] = [
  'gone',
  'not-running',
  'starved',
  'busy',
  'late',
  'gc',
  'stepped-down',
  'link',
  'disk',
  'snapshot',
];
/**
 * CPU within a delay, as a share of it: from the first on the loop was busy, below the second the process as good as did not run; between the two it
 * had work and too little of a processor.
 */
const BUSY_SHARE_MIN = 0.5;
const RUNNING_SHARE_MIN = 0.1;
/** Of the time beyond one heartbeat that must be covered for a silence to count as explained. */
const EXPLAINED_SHARE_MIN = 0.5;

export interface Cause extends Span {
  readonly kind: CauseKind;
  readonly node: number;
  /** The other end of a link, else 0. */
  readonly peer: number;
  readonly overlapNs: number;
  /** The journal's own word for it; of `gone`: `no journal` or `started`. */
  readonly detail: string;
  /** Of a delay: CPU time within it, and garbage collection within it. */
  readonly cpuNs: number;
  readonly gcNs: number;
}

/** `listener` heard nothing of `speaker`. */
export interface Silence extends Span {
  readonly listener: number;
  readonly speaker: number;
  /** It ended because the same leader was heard again. */
  readonly isHeardAgain: boolean;
}

export interface Explanation {
  /** Ranked: by time within the silence, what only coincides behind what can hold heartbeats back. */
  readonly causes: readonly Cause[];
  /** Causes that hold heartbeats back cover half of the silence beyond one heartbeat, or more. */
  readonly isExplained: boolean;
}

export function explainSilence(
  silence: Silence,
  stories: ReadonlyMap<number, Story>,
  heartbeatMs: number,
): Explanation {
  const causes = [
    ...absenceOf(silence, stories.get(silence.speaker)),
    ...[silence.speaker, silence.listener].flatMap((node) => {
      const story = stories.get(node);
      return story === undefined ? [] : causesAt(story, silence);
    }),
  ].sort(byRank);
  const strong = causes.filter(({ kind }) => !BESIDE.has(kind));
  const coveredNs = unionNs(
    strong.map(({ fromNs, toNs }) => ({
      fromNs: Math.max(fromNs, silence.fromNs),
      toNs: Math.min(toNs, silence.toNs),
    })),
  );
  const beyondNs = silence.toNs - silence.fromNs - heartbeatMs * 1e6;
  return { causes, isExplained: coveredNs > 0 && coveredNs >= EXPLAINED_SHARE_MIN * beyondNs };
}

/** Stalls of a node's disk within a time: why a leader may have given its lead away. */
export function diskStalls(story: Story | undefined, span: Span): readonly Cause[] {
  if (story === undefined) return [];
  const silence = { ...span, speaker: story.node, listener: story.node, isHeardAgain: false };
  return causesAt(story, silence)
    .filter(({ kind }) => kind === 'disk')
    .sort(byRank);
}

export function isBeside({ kind }: Cause): boolean {
  return BESIDE.has(kind);
}

function byRank(one: Cause, other: Cause): number {
  return (
    Number(BESIDE.has(one.kind)) - Number(BESIDE.has(other.kind)) ||
    other.overlapNs - one.overlapNs ||
    ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) ||
    one.node - other.node ||
    one.fromNs - other.fromNs
  );
}

/** A node that has no journal, or whose journal begins with a later life, was not there to speak. */
function absenceOf(silence: Silence, speaker: Story | undefined): Cause[] {
  if (speaker !== undefined && (speaker.startedNs ?? 0) <= silence.fromNs) return [];
  // It was there: its journal could not be read, no more.
  if (silence.isHeardAgain) return [];
  const isBack = speaker !== undefined;
  const span = { fromNs: silence.fromNs, toNs: isBack ? speaker.startedNs! : silence.toNs };
  return [causeOf('gone', silence.speaker, span, silence, { detail: isBack ? 'started' : 'no journal' })];
}

function causesAt(story: Story, silence: Silence): Cause[] {
  const { node, events, outages } = story;
  const other = node === silence.speaker ? silence.listener : silence.speaker;
  const delays = events.filter(({ kind }) => kind === 'loop-delay');
  const causes: Cause[] = [];
  for (const event of events) {
    const span = { fromNs: event.atNs, toNs: endNs(event) };
    const kind = kindOf(event);
    if (kind === 'stepped-down') {
      // Without a length: from then on that node sent no heartbeats.
      const isOver = node === silence.speaker && event.atNs >= silence.fromNs && event.atNs < silence.toNs;
      if (isOver)
        causes.push(causeOf(kind, node, { fromNs: event.atNs, toNs: silence.toNs }, silence, event));
    } else if (kind !== null && overlapNs(span, silence) > 0) {
      if (kind === 'gc' && delays.some((delay) => holdsHalf(delay, span))) continue;
      const isDelay = event.kind === 'loop-delay';
      causes.push({
        ...causeOf(kind, node, span, silence, event),
        gcNs: isDelay ? gcWithin(events, span) : 0,
      });
    }
  }
  for (const outage of outages) {
    if (outage.peer !== other || overlapNs(outage, silence) === 0) continue;
    const detail = outage.isLost ? 'lost' : 'probing';
    causes.push({ ...causeOf('link', node, outage, silence, { detail }), peer: other });
  }
  return causes;
}

function kindOf({ kind, detail, cpuNs, durationNs }: NodeEvent): CauseKind | null {
  switch (kind) {
    case 'loop-delay':
      if (detail === 'not known') return 'late';
      if (cpuNs >= BUSY_SHARE_MIN * durationNs) return 'busy';
      return cpuNs >= RUNNING_SHARE_MIN * durationNs ? 'starved' : 'not-running';
    case 'step-down':
      return 'stepped-down';
    case 'gc':
      return 'gc';
    case 'disk-stall':
      return 'disk';
    case 'snapshot':
      return 'snapshot';
    default:
      return null;
  }
}

function causeOf(
  kind: CauseKind,
  node: number,
  { fromNs, toNs }: Span,
  silence: Span,
  { detail, cpuNs = 0 }: { readonly detail: string; readonly cpuNs?: number },
): Cause {
  const within = overlapNs({ fromNs, toNs }, silence);
  return { kind, node, peer: 0, fromNs, toNs, overlapNs: within, detail, cpuNs, gcNs: 0 };
}

function holdsHalf(delay: NodeEvent, span: Span): boolean {
  const within = overlapNs({ fromNs: delay.atNs, toNs: endNs(delay) }, span);
  return 2 * within >= span.toNs - span.fromNs;
}

function gcWithin(events: readonly NodeEvent[], span: Span): number {
  return events
    .filter(({ kind }) => kind === 'gc')
    .reduce((sum, event) => sum + overlapNs({ fromNs: event.atNs, toNs: endNs(event) }, span), 0);
}
