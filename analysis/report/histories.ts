import type { HistoryCheck, RecordingCost } from '../../results/schema/index.js';
import { recorded, t, translated } from '../language/language.js';
import { median, medianInterval } from '../statistics/order-statistics.js';
import { integer, percent, perSecond } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';
import { blocks } from './section.js';

export interface PointHistory {
  readonly facts: PointFacts;
  readonly check: HistoryCheck;
}

/** Points whose measured pass recorded a history, the sweep's first. */
export function historiesOf(facts: Facts): readonly PointHistory[] {
  return [...facts.sweep, ...facts.strategies].flatMap((point) => {
    const check = point.summary.history ?? null;
    return check === null ? [] : [{ facts: point, check }];
  });
}

export function isBroken({ check }: PointHistory): boolean {
  return check.verdict === 'not-linearizable';
}

/** `points/mid/history.counterexample.txt`, or what there is of it. */
export function evidenceOf({ facts, check }: PointHistory): string {
  const name = check.counterexample ?? check.file;
  return `\`points/${facts.point.ref.id}/${name ?? 'summary.json'}\``;
}

/** One sentence for the verdict; null for a run without a history. */
export function historySentence(facts: Facts): string | null {
  const histories = historiesOf(facts);
  if (histories.length === 0) return null;
  const broken = histories.filter(isBroken);
  const unknown = histories.filter(({ check }) => check.verdict === 'unknown');
  const passed = histories.filter(({ check }) => check.verdict === 'linearizable');
  const parts = [
    broken.length === 0 ? null : t`❌ **Not linearizable at ${names(broken)}.**`,
    unknown.length === 0
      ? null
      : t`⚠️ **Linearizability unknown at ${names(unknown)}, which is no pass**: ${reasons(unknown)}.`,
    passed.length === 0
      ? null
      : t`Linearizable at ${names(passed)}: ${integer(operationsOf(passed))} recorded operations.`,
    costSentence(facts),
  ];
  return parts.filter((part) => part !== null).join(t` `);
}

function names(histories: readonly PointHistory[]): string {
  return histories.map(({ facts }) => facts.point.ref.id).join(t`, `);
}

function reasons(histories: readonly PointHistory[]): string {
  return [
    ...new Set(
      histories.map(({ check }) =>
        check.because === null ? t`no reason was given` : recorded(check.because),
      ),
    ),
  ]
    .map((reason) => reason.replace(/[.。]$/, ''))
    .join(t`; `);
}

function operationsOf(histories: readonly PointHistory[]): number {
  return histories.reduce((total, { check }) => total + check.operations, 0);
}

function costSentence(facts: Facts): string {
  const [cost] = costs(facts);
  if (cost === undefined) return t`What recording cost was not measured.`;
  return t`Recording changed the throughput at ${levelName(cost.facts)} by ${effect(cost.recording)}.`;
}

interface PointCost {
  readonly facts: PointFacts;
  readonly recording: RecordingCost;
}

function costs(facts: Facts): readonly PointCost[] {
  return facts.sweep.flatMap((point) =>
    point.point.recording === null ? [] : [{ facts: point, recording: point.point.recording }],
  );
}

/** Change from the pass without to the pass with, of each pair in which something was answered. */
function changes({ pairs }: RecordingCost): readonly number[] {
  return pairs
    .filter(({ withoutPerSecond }) => withoutPerSecond > 0)
    .map(({ withoutPerSecond, withPerSecond }) => withPerSecond / withoutPerSecond - 1);
}

/** `-1.2 % (median of 6 pairs; 95 % interval -3.0 % to 0.5 %)`. */
function effect(recording: RecordingCost): string {
  const values = changes(recording);
  const middle = median(values);
  if (middle === null) return t`an amount that cannot be said: nothing was answered`;
  const interval = medianInterval(values);
  const spread =
    interval === null
      ? t`from ${percent(Math.min(...values))} to ${percent(Math.max(...values))}; too few pairs for an interval`
      : t`95 % interval ${percent(interval.low)} to ${percent(interval.high)}`;
  return values.length === 1
    ? t`${percent(middle)} (median of ${values.length} pair of passes, ${spread})`
    : t`${percent(middle)} (median of ${values.length} pairs of passes, ${spread})`;
}

/** Each history with its size and verdict. */
export function historyTable(facts: Facts): string | null {
  const table = new MarkdownTable(
    [
      left(t`Point`),
      right(t`Operations`),
      right(t`Reads`),
      right(t`Writes`),
      right(t`Outcome open`),
      left(t`Whole run`),
      left(t`Verdict`),
    ],
    t`\`points/*/summary.json\`, \`points/*/history.jsonl\` (\`strata check\` reads it)`,
  );
  for (const { facts: point, check } of historiesOf(facts)) {
    table.row(
      point.point.ref.id,
      integer(check.operations),
      integer(check.reads),
      integer(check.writes),
      integer(check.unknown),
      check.limitReached ? t`no, the limit of ${integer(check.operationsMax)} was reached` : t`yes`,
      check.because === null
        ? translated(check.verdict)
        : t`**${translated(check.verdict)}**: ${recorded(check.because)}`,
    );
  }
  return table.isEmpty ? null : table.toString();
}

/** The passes behind the cost, pair by pair. */
export function recordingTable(facts: Facts): string | null {
  const found = costs(facts);
  if (found.length === 0) return null;
  return blocks(
    ...found.map(({ facts: point, recording }) => {
      const table = new MarkdownTable(
        [left(t`Pair`), right(t`Without`), right(t`With`), right(t`Recorded`), right(t`Effect`)],
        `\`points/${point.point.ref.id}/recording.json\``,
      );
      for (const [index, { withoutPerSecond, withPerSecond, recorded }] of recording.pairs.entries()) {
        table.row(
          `${index + 1}`,
          perSecond(withoutPerSecond),
          perSecond(withPerSecond),
          integer(recorded),
          withoutPerSecond > 0
            ? percent(withPerSecond / withoutPerSecond - 1)
            : table.missing(t`nothing was answered in the pass without`),
        );
      }
      return blocks(
        t`Recording a history, ${levelName(point)}: ${effect(recording)}. Part of it is that two thirds of the recorded operations are reads, whatever the load is.`,
        table.toString(),
      );
    }),
  );
}
