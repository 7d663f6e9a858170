import type { StrategyLetter } from '../../results/schema/index.js';
import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { t, translated } from '../language/language.js';
import { map, valueOrNull } from '../measures/measured.js';
import {
  counterPerSecond,
  entriesPerFsync,
  histogramMean,
  histogramQuantile,
  logSyncs,
  logWrites,
  timeShare,
  writesPerFsync,
} from '../measures/node-measures.js';
import { DOCUMENT_STRATEGIES } from '../reference/document.js';
import { bytes, integer, micros, nanos, percent, perSecond, significant } from '../tables/format.js';
import { left, MarkdownTable, right } from '../tables/markdown-table.js';
import type { Facts } from './facts.js';
import { lossByKill, lossByPowerCut, lossNote } from './losses.js';
import { blocks } from './section.js';
import {
  compareStrategies,
  fallsBehind,
  isDifference,
  keepsPace,
  rateRatio,
  ratioText,
  type StrategyComparison,
  shareText,
  soundArm,
} from './strategies.js';
import { windowsText } from './windows.js';

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
    t`\`points/*/summary.json\`, leader in \`points/*/nodes/*.json\`, \`points/*/durability.json\`, \`points/*/power-cut.json\`; ${windowsText(facts.strategies) ?? t`no window`}`,
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
      table.cell(fromLeader(arm, logSyncs), integer),
      table.cell(fromLeader(arm, logWrites), integer),
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
  return blocks(...compareStrategies(facts).map((row) => explain(row, facts)), lossNote(facts));
}

/** Why the strategies differ at one level, in numbers of this run; null when the level has nothing to compare. */
function explain(row: StrategyComparison, facts: Facts): string | null {
  const sentences = [
    shareSentence(row, facts),
    boundSentence(row, facts),
    looseSentence(row, facts),
    diskSentence(row),
  ].filter((sentence) => sentence !== null);
  return sentences.length === 0 ? null : t`**${integer(row.clients)} clients.** ${sentences.join(t` `)}`;
}

function shareSentence(row: StrategyComparison, facts: Facts): string | null {
  const always = soundArm(row, 'A');
  const group = soundArm(row, 'G');
  const ratio = always === null || group === null ? null : rateRatio(group, always, facts);
  if (always === null || group === null || ratio === null) return null;
  const entries = valueOrNull(fromLeader(group, entriesPerFsync));
  const shared =
    entries === null
      ? t`G lets waiting entries share one sync`
      : t`G shares one sync among ${significant(entries)} entries on average`;
  const rates = t`${perSecond(group.summary.throughputPerSecond)} against ${perSecond(always.summary.throughputPerSecond)}`;
  return isDifference(ratio)
    ? t`${shared}: ${ratioText(ratio)} the throughput of A (here ${rates}) with the same promise.`
    : t`${shared}; no difference from the throughput of A is shown (${ratioText(ratio)}; here ${rates}).`;
}

/**
 * One sync at a time and one entry a sync: the mean sync bounds what a disk logs. That bounds commits too only where the followers are too few to make a quorum
 * without the leader's disk; otherwise it may fall behind, for as long as there is memory for what it has not written.
 */
function boundSentence(row: StrategyComparison, facts: Facts): string | null {
  const always = soundArm(row, 'A');
  if (always === null) return null;
  const mean = valueOrNull(leaderMean(always, 'io_fsync_ns'));
  const logged = valueOrNull(fromLeader(always, (node) => counterPerSecond(node, 'log_entries_total')));
  if (mean === null || mean <= 0 || logged === null) return null;
  const bound = 1e9 / mean;
  const share = logged / bound;
  const reached =
    share > 1
      ? t`it logged ${perSecond(logged)}, which passes that (${percent(share)}), so its syncs overlap`
      : t`it logged ${perSecond(logged)}, ${percent(share)} of that`;
  const takes = t`With one sync after another the leader's disk takes no more of A than 1 / mean sync = 1 / ${nanos(mean)} = ${perSecond(bound)}; ${reached}.`;
  const behind = fallsBehind(always);
  if (behind !== null)
    return t`${takes} Its log fell behind by ${perSecond(behind)}, because the followers made the quorum without it: that is not a steady state, and the rate of A is overstated.`;
  if (!isQuorumOfFollowers(facts)) return t`${takes} No commit can do without it.`;
  return keepsPace(always)
    ? t`${takes} Commits kept pace with it, though the followers could have made a quorum without it.`
    : takes;
}

/** Whether all followers together are a majority of the cluster: from three nodes on. */
function isQuorumOfFollowers({ data }: Facts): boolean {
  return data.run.cluster.nodes >= 3;
}

function looseSentence(row: StrategyComparison, facts: Facts): string | null {
  const group = soundArm(row, 'G');
  if (group === null) return null;
  const against = (['B', 'C'] as const).flatMap((strategy) => {
    const arm = soundArm(row, strategy);
    const share = arm === null ? null : rateRatio(group, arm, facts);
    if (share === null) return [];
    return share.high >= 1
      ? t`no cost is shown against ${strategy} (G reaches ${shareText(share)} of it)`
      : t`G reaches ${shareText(share)} of ${strategy}`;
  });
  return against.length === 0
    ? null
    : t`What waiting for the disk costs, against strategies that do not wait: ${against.join(t`, `)}.`;
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
