import type { ReportElement } from './dom.js';

/** A place of a chart where it has something to say: one bar, or all points of its lines above one place of the axis. */
export interface Stop {
  readonly name: string;
  readonly marks: readonly ReportElement[];
  /** In coordinates of the picture; null where no line stands for it. */
  readonly x: number | null;
}

/** The stops of a chart from left to right, or in the order of drawing where it has no lines. */
export function stopsOf(svg: ReportElement): Stop[] {
  const marks = [...svg.querySelectorAll('[data-row]')];
  if (svg.querySelector('circle[data-row]') === null)
    return marks.map((mark) => ({ name: mark.getAttribute('data-row')!, marks: [mark], x: null }));
  const places = new Map<number, ReportElement[]>();
  for (const mark of marks) {
    const x = Number(mark.getAttribute('cx'));
    const same = places.get(x);
    if (same === undefined) places.set(x, [mark]);
    else same.push(mark);
  }
  return [...places]
    .sort(([one], [other]) => one - other)
    .map(([x, here]) => ({ name: here[0]!.getAttribute('data-row')!, marks: here, x }));
}

/** The stop whose line is nearest; -1 without any. */
export function nearestStop(stops: readonly Stop[], x: number): number {
  let best = -1;
  stops.forEach((stop, index) => {
    const distance = Math.abs((stop.x ?? Number.POSITIVE_INFINITY) - x);
    if (best === -1 || distance < Math.abs(stops[best]!.x! - x)) best = index;
  });
  return best;
}

/** Where a key leads from a stop (-1: from none); null for keys that are the browser's. */
export function stopAfter(key: string, now: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(count - 1, now + 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return now === -1 ? count - 1 : Math.max(0, now - 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** What a stop says, a line a value. */
export function sentencesOf({ marks }: Stop): { readonly text: string; readonly colour: string }[] {
  return marks.map((mark) => ({
    text: `${mark.getAttribute('data-series')}: ${mark.getAttribute('data-value')}`,
    colour: mark.getAttribute('fill') ?? mark.querySelector('rect, circle')?.getAttribute('fill') ?? '',
  }));
}
