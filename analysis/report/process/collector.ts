import type { GcCapture } from '../../../results/schema/index.js';
import { t } from '../../language/language.js';
import { sourceOf, subjectName } from '../../measures/captures.js';
import { bytes, integer, micros, percent } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { observeLevel, takenBy } from '../observed.js';
import { blocks, notMeasured } from '../section.js';

/** Collections by kind, and the heap that they keep small. */
export function collectorTables(facts: Facts): string {
  const found = observeLevel(facts, 'strata.gc/1');
  if (!found.ok) {
    return t`${notMeasured(found.because)} The pauses themselves are in section 3.3, as the nodes' own histogram.`;
  }
  const { captures } = found.value;
  const source = sourceOf(found.value);
  return blocks(takenBy(found.value), kindTable(captures, source), spaceTable(captures, source));
}

function kindTable(captures: readonly GcCapture[], source: string): string {
  const table = new MarkdownTable(
    [
      left(t`Node`),
      left(t`Kind`),
      right(t`collections`),
      right(t`paused`),
      right(t`of the window`),
      right(t`mean`),
      right(t`longest`),
    ],
    source,
  );
  for (const capture of captures) {
    const windowMs = capture.seconds * 1e3;
    for (const kind of capture.kinds) {
      table.row(
        subjectName(capture),
        kind.kind,
        integer(kind.count),
        micros(kind.totalMs * 1e3),
        percent(kind.totalMs / windowMs),
        kind.count === 0 ? t`none` : micros((kind.totalMs * 1e3) / kind.count),
        micros(kind.longestMs * 1e3),
      );
    }
  }
  return table.isEmpty ? t`No garbage collection took place in the window.` : table.toString();
}

function spaceTable(captures: readonly GcCapture[], source: string): string {
  const names = [...new Set(captures.flatMap((capture) => capture.spaces.map((space) => space.name)))];
  const table = new MarkdownTable(
    [left(t`Node`), right(t`heap`), ...names.map((name) => right(name.replaceAll('_', ' ')))],
    t`${source}, at the end of the pass; used of what V8 holds for it`,
  );
  for (const capture of captures) {
    table.row(
      subjectName(capture),
      `${bytes(capture.heapUsedBytes)} / ${bytes(capture.heapTotalBytes)}`,
      ...names.map((name) => {
        const space = capture.spaces.find((each) => each.name === name);
        return space === undefined ? '' : `${bytes(space.usedBytes)} / ${bytes(space.sizeBytes)}`;
      }),
    );
  }
  return table.toString();
}
