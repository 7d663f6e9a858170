import type { StrategyLetter } from '../../results/schema/index.js';
import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { t, translated } from '../language/language.js';
import { map, valueOrNull } from '../measures/measured.js';
import {
  counter,
  counterPerSecond,
  entriesPerFsync,
  histogramMean,
  histogramQuantile,
  timeShare,
  writesPerFsync,
} from '../measures/node-measures.js';
import { DOCUMENT_STRATEGIES } from '../reference/document.js';
import { bytes, integer, micros, nanos, percent, perSecond, significant, times } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts } from './facts.js';
import { lossByKill, lossByPowerCut, lossNote } from './losses.js';
import { blocks } from './section.js';
import { compareStrategies, type StrategyComparison, soundArm } from './strategies.js';

const TOO_FEW = 'fewer than 10 requests lie above this percentile';

export function strategyTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Strategy`),
      right(t`Throughput`),
      right(t`Document (L1)`),
      right('p50'),
      right('p99'),
      right(t`Entries / fsync`),
      right(t`Fsyncs`),
      right(t`Writes`),
      right(t`Write : fsync`),
      right(t`Fsync mean`),
      right(t`Fsync p99`),
      right(t`Bytes / fsync`),
      right(t`Lost, processes killed`),
      right(t`Lost, power cut`),
    ],
    t`\`points/*/summary.json\`, leader in \`points/*/nodes/*.json\`, \`points/*/durability.json\`, \`points/*/power-cut.json\``,
  );
  for (const arm of facts.strategies) {
    const { ref } = arm.point;
    const { response } = arm.summary.latency;
    const perSync = fromLeader(arm, (node) => histogramMean(node, 'io_fsync_bytes'));
    table.row(
      t`${integer(ref.clients)} clients`,
      `**${ref.strategy}** ${ref.primitive}${arm.unsound.length === 0 ? '' : t` ⚠️ suspect`}`,
      perSecond(arm.summary.throughputPerSecond),
      documentRange(ref.strategy),
      table.nullable(response.p50, micros, translated(TOO_FEW)),
      table.nullable(response.p99, micros, translated(TOO_FEW)),
      table.cell(fromLeader(arm, entriesPerFsync), significant),
      table.cell(
        fromLeader(arm, (node) => counter(node, 'io_fsyncs_total')),
        integer,
      ),
      table.cell(
        fromLeader(arm, (node) => counter(node, 'io_writes_total')),
        integer,
      ),
      table.cell(
        map(fromLeader(arm, writesPerFsync), (value) => `${significant(value)}:1`),
        String,
      ),
      table.cell(leaderMean(arm, 'io_fsync_ns'), nanos),
      table.cell(
        fromLeader(arm, (node) => histogramQuantile(node, 'io_fsync_ns', 0.99)),
        nanos,
      ),
      table.cell(perSync, bytes),
      lossByKill(table, arm),
      lossByPowerCut(table, arm),
    );
  }
  return table.toString();
}

function documentRange(strategy: StrategyLetter): string {
  const document = DOCUMENT_STRATEGIES[strategy];
  return document === null ? t`not in it` : translated(document.text);
}

export function strategyParagraphs(facts: Facts): string {
  return blocks(...compareStrategies(facts).map(explain), lossNote(facts));
}

/** Why the strategies differ at one level, in numbers of this run; null when the level has nothing to compare. */
function explain(row: StrategyComparison): string | null {
  const sentences = [shareSentence(row), boundSentence(row), looseSentence(row), diskSentence(row)].filter(
    (sentence) => sentence !== null,
  );
  return sentences.length === 0 ? null : t`**${integer(row.clients)} clients.** ${sentences.join(t` `)}`;
}

function shareSentence(row: StrategyComparison): string | null {
  const always = soundArm(row, 'A');
  const group = soundArm(row, 'G');
  if (always === null || group === null || always.summary.throughputPerSecond === 0) return null;
  const ratio = group.summary.throughputPerSecond / always.summary.throughputPerSecond;
  const entries = valueOrNull(fromLeader(group, entriesPerFsync));
  const shared =
    entries === null
      ? t`G lets waiting entries share one sync`
      : t`G shares one sync among ${significant(entries)} entries on average`;
  return t`${shared}: ${times(ratio)} the throughput of A (${perSecond(group.summary.throughputPerSecond)} against ${perSecond(always.summary.throughputPerSecond)}) with the same promise.`;
}

/** At the two ends of a window what is committed and what is logged differ by a few entries, however the commits came about. */
const WINDOW_EDGE_SHARE = 0.02;

/**
 * One sync at a time and one entry a sync: the mean sync bounds what a disk logs. That bounds commits too, but for those that the followers
 * make by themselves while the leader's disk is behind.
 */
function boundSentence(row: StrategyComparison): string | null {
  const always = soundArm(row, 'A');
  if (always === null) return null;
  const mean = valueOrNull(leaderMean(always, 'io_fsync_ns'));
  const logged = valueOrNull(fromLeader(always, (node) => counterPerSecond(node, 'log_entries_total')));
  const committed = valueOrNull(
    fromLeader(always, (node) => counterPerSecond(node, 'consensus_commits_total')),
  );
  if (mean === null || mean <= 0 || logged === null || committed === null) return null;
  const bound = 1e9 / mean;
  const share = logged / bound;
  const reached =
    share > 1
      ? t`it logged ${perSecond(logged)}, which passes that (${percent(share)}), so its syncs overlap`
      : t`it logged ${perSecond(logged)}, ${percent(share)} of that`;
  return committed > logged * (1 + WINDOW_EDGE_SHARE)
    ? t`With one sync after another the leader's disk takes no more of A than 1 / mean sync = 1 / ${nanos(mean)} = ${perSecond(bound)}; ${reached}. Its disk is no ceiling here: ${perSecond(committed)} were committed, because the followers made the quorum without it.`
    : t`With one sync after another A cannot pass what the leader's disk takes, 1 / mean sync = 1 / ${nanos(mean)} = ${perSecond(bound)}; ${reached}.`;
}

function looseSentence(row: StrategyComparison): string | null {
  const group = soundArm(row, 'G');
  if (group === null) return null;
  const against = (['B', 'C'] as const).flatMap((strategy) => {
    const arm = soundArm(row, strategy);
    if (arm === null || arm.summary.throughputPerSecond === 0) return [];
    return [
      { strategy, share: percent(group.summary.throughputPerSecond / arm.summary.throughputPerSecond) },
    ];
  });
  const [first, second] = against;
  if (first === undefined) return null;
  return second === undefined
    ? t`What waiting for the disk costs: G reaches ${first.share} of ${first.strategy}, which do not wait.`
    : t`What waiting for the disk costs: G reaches ${first.share} of B and ${second.share} of C, which do not wait.`;
}

/** Sum of sync time over the window: near one, the log had a sync under way at all times. */
function diskSentence(row: StrategyComparison): string | null {
  const shares = row.arms.flatMap((arm) => {
    const share = valueOrNull(fromLeader(arm, (node) => timeShare(node, 'io_fsync_ns')));
    return share === null || arm.unsound.length > 0 ? [] : [`${arm.point.ref.strategy} ${percent(share)}`];
  });
  if (shares.length === 0) return null;
  return t`Time in which the leader had a sync under way: ${shares.join(t`, `)}.`;
}
