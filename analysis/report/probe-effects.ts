import type { ProbePass } from '../../results/schema/index.js';
import { recorded, t, translated } from '../language/language.js';
import { CAPTURE_KINDS } from '../measures/captures.js';
import { mean, sorted } from '../statistics/order-statistics.js';
import { percent, perSecond } from '../tables/format.js';
import { code, left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName } from './facts.js';
import { effectOf } from './observed.js';
import { blocks } from './section.js';

const NO_REFERENCE = 'no pass without the probe was taken beside it';

/** The probe effect of every pass of the run: throughput while a probe watched against that of the unwatched passes around it. */
export function probeEffects(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Probe`),
      left(t`Tier`),
      left(t`Question`),
      left(t`Level`),
      right(t`Watched`),
      right(t`Before / after, unwatched`),
      right(t`Change`),
      left(t`Result`),
    ],
    '`points/*/passes/*/pass.json`',
  );
  for (const point of [...facts.sweep, ...facts.strategies]) {
    for (const { pass } of point.point.passes) {
      const references = pass.referencePerSecond;
      table.row(
        code(pass.probe),
        pass.tier,
        recorded(pass.question),
        point.point.ref.series === 'sweep' ? levelName(point) : point.point.ref.id,
        perSecond(pass.throughputPerSecond),
        references.length === 0
          ? table.missing(translated(NO_REFERENCE))
          : references.map(perSecond).join(' / '),
        changeCell(table, pass),
        resultOf(pass),
      );
    }
  }
  return blocks(
    table.isEmpty
      ? t`No probe ran in this run. The measured passes never have one.`
      : blocks(
          t`The measured passes have no probe; each probe watches a pass beside them. What a change means is said only against the difference of its own two references: within that it is noise.`,
          table.toString(),
        ),
    notRun(facts),
  );
}

function changeCell(table: MarkdownTable, pass: ProbePass): string {
  const change = effectOf(pass.throughputPerSecond, pass.referencePerSecond);
  if (change === null) return table.missing(translated(NO_REFERENCE));
  const sign = change > 0 ? '+' : '';
  return `${sign}${percent(change)}${Math.abs(change) <= spreadOf(pass.referencePerSecond) ? t` (noise)` : ''}`;
}

/** How far the references of one probe lie apart, as a share of their mean. */
function spreadOf(references: readonly number[]): number {
  const middle = mean(references) ?? 0;
  if (references.length < 2 || middle <= 0) return 0;
  const ascending = sorted(references);
  return (ascending.at(-1)! - ascending[0]!) / middle;
}

function resultOf(pass: ProbePass): string {
  const parts = [pass.failed === null ? t`captured` : t`failed: ${recorded(pass.failed)}`];
  if (pass.sharedWith !== undefined && pass.sharedWith.length > 0) {
    parts.push(t`the change is that of this probe and ${pass.sharedWith.map(code).join(t`, `)} together`);
  }
  if (pass.nodeArguments !== undefined && pass.nodeArguments.length > 0) {
    parts.push(t`nodes of its own, started with ${code(pass.nodeArguments.join(' '))}`);
  }
  return parts.join(t`; `);
}

/** Probes that have no pass at all, with what the run says of them. */
function notRun(facts: Facts): string | null {
  const gaps = facts.data.run.notMeasured.filter(({ what }) => isProbe(what));
  if (gaps.length === 0) return null;
  return [
    t`Did not run:`,
    '',
    ...gaps.map(({ what, because }) => t`- ${code(what)}: ${recorded(because)}`),
  ].join('\n');
}

function isProbe(what: string): boolean {
  return what === 'probes' || Object.values(CAPTURE_KINDS).some(({ probes }) => probes.test(what));
}
