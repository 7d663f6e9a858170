import type { EventLoopCapture } from '../../../results/schema/index.js';
import { t, translated } from '../../language/language.js';
import { sourceOf, subjectName } from '../../measures/captures.js';
import { integer, micros, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import type { Facts } from '../facts.js';
import { observeLevel, takenBy } from '../observed.js';
import { blocks, notMeasured } from '../section.js';

const STALLS = 10;
const TOO_FEW = 'the sample is too small for this percentile';

/** How late the loop comes, and what held it up. */
export function loopTables(facts: Facts): string {
  const found = observeLevel(facts, 'strata.event-loop/1');
  if (!found.ok) return notMeasured(found.because);
  const source = sourceOf(found.value);
  const table = new MarkdownTable(
    [
      left(t`Node`),
      right(t`utilisation`),
      right(t`delay, mean`),
      right('p50'),
      right('p99'),
      right(t`max`),
      right(t`stalls`),
      right(t`longest`),
      right(t`stalled, of the window`),
    ],
    t`${source}; the sampler's own period is taken off`,
  );
  for (const capture of found.value.captures) {
    const { delay, stalls } = capture;
    const stalledMs = stalls.reduce((total, stall) => total + stall.ms, 0);
    table.row(
      subjectName(capture),
      percent(capture.utilization),
      micros(delay.mean),
      table.nullable(delay.p50, micros, translated(TOO_FEW)),
      table.nullable(delay.p99, micros, translated(TOO_FEW)),
      micros(delay.max),
      integer(stalls.length),
      stalls.length === 0 ? t`none` : micros(longestMs(stalls) * 1e3),
      percent(stalledMs / (capture.seconds * 1e3)),
    );
  }
  return blocks(takenBy(found.value), table.toString(), stallTable(found.value.captures, source));
}

function longestMs(stalls: EventLoopCapture['stalls']): number {
  return stalls.reduce((longest, stall) => Math.max(longest, stall.ms), 0);
}

function stallTable(captures: readonly EventLoopCapture[], source: string): string | null {
  const stalls = captures
    .flatMap((capture) => capture.stalls.map((stall) => ({ capture, stall })))
    .sort((one, other) => other.stall.ms - one.stall.ms || one.stall.atNs - other.stall.atNs)
    .slice(0, STALLS);
  const table = new MarkdownTable([left(t`Stall`), left(t`Node`), left(t`Where`)], source);
  for (const { capture, stall } of stalls) {
    table.row(
      micros(stall.ms * 1e3),
      subjectName(capture),
      stall.where === null ? t`not known: no CPU profile ran meanwhile` : code(stall.where),
    );
  }
  return table.isEmpty ? null : table.toString();
}

/** The queue in front of libuv's threads. */
export function poolTable(facts: Facts): string {
  const found = observeLevel(facts, 'strata.pool/1');
  if (!found.ok) return notMeasured(found.because);
  const table = new MarkdownTable(
    [
      left(t`Node`),
      right(t`threads`),
      right(t`idle round trip`),
      right(t`tasks sent`),
      right(t`wait, mean`),
      right('p50'),
      right('p99'),
      right(t`max`),
      right(t`saturated`),
    ],
    t`${sourceOf(found.value)}; saturated: tasks that waited for more than ten idle round trips`,
  );
  for (const capture of found.value.captures) {
    const { wait } = capture;
    table.row(
      subjectName(capture),
      integer(capture.threads),
      micros(capture.floorUs),
      integer(wait.count),
      micros(wait.mean),
      table.nullable(wait.p50, micros, translated(TOO_FEW)),
      table.nullable(wait.p99, micros, translated(TOO_FEW)),
      micros(wait.max),
      percent(capture.saturatedShare),
    );
  }
  return blocks(takenBy(found.value), table.toString());
}
