import { type Advice, evaluateAdvice, stake } from '../../advice/advice-rule.js';
import { evaluateKpi } from '../../kpi/kpi-rule.js';
import { recorded, t, translated } from '../../language/language.js';
import { type DocumentLevel, documentLevel } from '../../reference/document.js';
import { adviceRules, kpiRules, rulesOf } from '../../rules/rule-book.js';
import { integer, micros, percent, perSecond, times } from '../../tables/format.js';
import { judgePercentile, judgeThroughput } from '../against-document.js';
import { echoOf } from '../ceiling.js';
import { rateWithConfidence, spreadText } from '../confidence.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { evidenceOf, historiesOf, historySentence, isBroken, type PointHistory } from '../histories.js';
import { limitOf } from '../limits.js';
import { blocks, type Section } from '../section.js';
import {
  compareStrategies,
  fallsBehind,
  isDifference,
  lostWrites,
  rateRatio,
  ratioText,
  soundArm,
} from '../strategies.js';
import { windowsText } from '../windows.js';

interface Finding {
  readonly mark: '✅' | '❔' | '⚠️' | '❌';
  /** A broken promise ranks above every speed, and what explains a run above what it shows. */
  readonly rank: 'promise' | 'cause' | 'effect';
  /** Share of what is at stake, 0 to 1; ranks the list within its rank. Causes keep their own order. */
  readonly effect: number;
  readonly text: string;
}

export const verdictSection: Section = (facts) => ({
  text: blocks(t`## Verdict`, sentence(facts), historySentence(facts), findings(facts)),
});

function sentence(facts: Facts): string {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const strategies = strategySentence(facts);
  if (facts.sweep.length === 0 && strategies !== null) return `**${strategies}**`;
  if (sound.length === 0) {
    const because =
      facts.sweep.length === 0 ? t`the run has no sweep` : t`no level of the sweep passed its audit`;
    return blocks(
      t`**No verdict on the levels, because ${because}.**`,
      strategies === null ? null : `**${strategies}**`,
    );
  }
  const levels = sound
    .map((point) => t`${rateWithConfidence(point, facts)}${p99(point)} at ${levelName(point)}`)
    .join(t`; `);
  const middle = facts.middle !== null && facts.middle.unsound.length === 0 ? facts.middle : sound[0]!;
  const limit = limitOf(middle, facts);
  const limited = limit ?? t`What limits it was not measured.`;
  return t`**${levels}. ${limited}${noConclusion(facts)}${strategies === null ? '' : `${t` `}${strategies}`}**`;
}

/** The levels that the sentence leaves out, with the reason. */
function noConclusion(facts: Facts): string {
  return facts.sweep
    .filter((point) => point.unsound.length > 0)
    .map((point) => t` No conclusion at ${levelName(point)}: ${point.unsound.join(t`; `)}.`)
    .join('');
}

function p99(point: PointFacts): string {
  const value = point.summary.latency.response.p99;
  return value === null ? t` (too few requests for a p99)` : t` with p99 ${micros(value)}`;
}

/** The level with the most clients decides: there sharing a sync has the most to share. */
function strategySentence(facts: Facts): string | null {
  const row = compareStrategies(facts).findLast((candidate) => candidate.safest !== null);
  if (row === undefined || row.safest === null) return null;
  const others = row.arms.filter((arm) => arm !== row.safest && arm.unsound.length === 0);
  if (others.length === 0) return null;
  const best = row.safest;
  const compared = others.flatMap((arm) => againstSentence(best, arm, facts) ?? []).join(t`, `);
  return t`Durability: ${row.safest.point.ref.strategy} is the fastest strategy that acknowledges only after a sync: ${rateWithConfidence(row.safest, facts)} at ${integer(row.clients)} clients; ${compared}.`;
}

/** B and C do not wait for a sync: a rate above theirs is no gain of waiting, and what waiting costs did not show. */
function againstSentence(best: PointFacts, arm: PointFacts, facts: Facts): string | null {
  const ratio = rateRatio(best, arm, facts);
  const { strategy } = arm.point.ref;
  if (ratio === null) return null;
  if ('BC'.includes(strategy) && ratio.high >= 1)
    return t`no cost of its syncs is shown against ${strategy} (${ratioText(ratio)})`;
  return isDifference(ratio)
    ? t`${ratioText(ratio)} the rate of ${strategy}`
    : t`no difference from ${strategy} is shown (${ratioText(ratio)})`;
}

const RANKS: readonly Finding['rank'][] = ['promise', 'cause', 'effect'];

function findings(facts: Facts): string {
  const all = [
    ...historyFindings(facts),
    ...lossFindings(facts),
    ...powerCutFindings(facts),
    ...adviceFindings(facts),
    ...documentFindings(facts),
    ...strategyFindings(facts),
  ].sort(
    (one, other) =>
      RANKS.indexOf(one.rank) - RANKS.indexOf(other.rank) ||
      (one.rank === 'effect' ? other.effect - one.effect : 0),
  );
  const list = all.map((finding, index) => `${index + 1}. ${finding.mark} ${finding.text}`).join('\n');
  return blocks(
    t`### Findings, by effect`,
    all.length === 0 ? t`No rule fired, and no level has a counterpart in the document.` : list,
    kpiCount(facts),
  );
}

function historyFindings(facts: Facts): Finding[] {
  return historiesOf(facts)
    .filter(isBroken)
    .map((history) => ({
      mark: '❌',
      rank: 'promise',
      effect: 1,
      text: t`**The history at point ${history.facts.point.ref.id} is not linearizable**: ${brokenBecause(history)}. Evidence: ${evidenceOf(history)}.`,
    }));
}

function brokenBecause({ check }: PointHistory): string {
  return check.because === null ? t`no order explains it` : recorded(check.because).replace(/[.。]$/, '');
}

/** A and G promise that an acknowledged write is there after a crash; one that is not outweighs any number of this report. */
function lossFindings(facts: Facts): Finding[] {
  return [...facts.sweep, ...facts.strategies].flatMap((point) => {
    const { strategy, id } = point.point.ref;
    const lost = lostWrites(point);
    if (lost === 0 || (strategy !== 'A' && strategy !== 'G')) return [];
    const text = t`**Acknowledged writes were lost under strategy ${strategy}**: ${integer(lost)} at point ${id}.`;
    return [{ mark: '❌' as const, rank: 'promise' as const, effect: 1, text }];
  });
}

/** What else a power cut may not do: under B take more than an interval, under any strategy make the nodes differ. */
function powerCutFindings(facts: Facts): Finding[] {
  return facts.strategies.flatMap(({ point }) =>
    (point.powerCut?.broken ?? []).map((sentence) => ({
      mark: '❌' as const,
      rank: 'promise' as const,
      effect: 1,
      text: t`**A power cut broke a promise** at point ${point.ref.id}, ${recorded(sentence).replace(/[.。]$/, '')}.`,
    })),
  );
}

function adviceFindings(facts: Facts): Finding[] {
  return evaluateAdvice(adviceRules(rulesOf(facts)), facts).map((advice) => {
    const { text } = advice.evidence;
    return {
      mark: '⚠️',
      rank: advice.rule.kind === 'cause' ? 'cause' : 'effect',
      effect: stake(advice.rule, advice.evidence),
      text: t`**${advice.title}**, at ${advice.level}: ${text}.${atStake(advice)}${remedy(advice)}`,
    };
  });
}

function atStake({ evidence: { bound, uncapped }, rule, growth }: Advice): string {
  if (bound === null) return '';
  const share = t`at most ${percent(bound)} of the ${translated(rule.of)}`;
  return bound === uncapped || growth === null || growth.cappedBy === null
    ? t` At stake: ${share}.`
    : t` At stake: ${share}, by the rate of an empty HTTP server here (${perSecond(growth.cappedBy.throughputPerSecond)}).`;
}

/** Of a cause the reader wants to know at once what to do about it. */
function remedy({ rule, action }: Advice): string {
  return rule.kind === 'cause' ? t` Do: ${action}` : '';
}

function documentFindings(facts: Facts): Finding[] {
  const result: Finding[] = [];
  for (const point of facts.sweep) {
    const document = documentLevel(point.point.ref.clients);
    if (document === null || point.unsound.length > 0) continue;
    result.push(documentFinding(point, document, facts));
  }
  return result;
}

/** Above or below the document is said only of a figure that lies outside of all that this run measured of the level, and that this machine could reach. */
function documentFinding(point: PointFacts, document: DocumentLevel, facts: Facts): Finding {
  const ours = point.summary.throughputPerSecond;
  const { p99 } = point.summary.latency.response;
  const latency = p99 === null ? '' : t`, p99 ${micros(p99)} against ${micros(document.p99Us)}`;
  const judgedP99 = judgePercentile(point, document, 'p99', facts) ?? 'reached';
  const theirs = perSecond(document.throughputPerSecond);
  const finding = (mark: Finding['mark'], effect: number, text: string): Finding => ({
    mark: judgedP99 === 'not reached' ? '⚠️' : mark,
    rank: 'effect',
    effect,
    text,
  });
  switch (judgeThroughput(point, document, facts)) {
    case 'within the spread':
      return finding(
        '❔',
        0,
        t`**${levelName(point)}: the document's throughput lies within the spread of this run**: ${rateWithConfidence(point, facts)} against ${theirs}${latency}.`,
      );
    case 'not decidable on this machine':
      return finding('❔', 0, undecidable(point, theirs, latency, facts));
    case 'reached':
      return finding(
        judgedP99 === 'reached' ? '✅' : '❔',
        gap(ours / document.throughputPerSecond),
        shareOfDocument(point, document, latency, facts),
      );
    case 'not reached':
      return finding(
        '⚠️',
        gap(ours / document.throughputPerSecond),
        shareOfDocument(point, document, latency, facts),
      );
  }
}

function undecidable(point: PointFacts, theirs: string, latency: string, facts: Facts): string {
  const ours = point.summary.throughputPerSecond;
  const echo = echoOf(point, facts)?.throughputPerSecond ?? ours;
  return t`**${levelName(point)}: the document's throughput is not decidable on this machine**: ${theirs} is more than the ${perSecond(echo)} of an empty HTTP server here with as many clients; measured ${rateWithConfidence(point, facts)}, ${percent(ours / echo)} of that${latency}.`;
}

function shareOfDocument(point: PointFacts, document: DocumentLevel, latency: string, facts: Facts): string {
  const ours = point.summary.throughputPerSecond;
  const theirs = document.throughputPerSecond;
  return t`**${levelName(point)}: ${times(ours / theirs)} of the document's throughput** (${perSecond(ours)} against ${perSecond(theirs)}${latency}; ${windowsText([point]) ?? ''}; ${spreadText(point, facts)}).`;
}

/** One finding for all levels; its effect is that of the widest gap, each taken where its passes are closest. */
function strategyFindings(facts: Facts): Finding[] {
  const found = compareStrategies(facts).flatMap(({ clients, ...row }) => {
    const always = soundArm(row, 'A');
    const group = soundArm(row, 'G');
    const ratio = always === null || group === null ? null : rateRatio(group, always, facts);
    return always === null || ratio === null ? [] : [{ clients, ratio, always }];
  });
  if (found.length === 0) return [];
  const list = found
    .map(({ clients, ratio }) =>
      isDifference(ratio)
        ? t`${ratioText(ratio)} at ${integer(clients)} clients`
        : t`no difference shown at ${integer(clients)} clients (${ratioText(ratio)})`,
    )
    .join(t`, `);
  const nearest = found.map(({ ratio: { low, high } }) => (low > 1 ? low : Math.min(1, high)));
  const widest = nearest.reduce((best, next) => (gap(next) > gap(best) ? next : best));
  const behind = found.filter(({ always }) => fallsBehind(always) !== null);
  const unsteady =
    behind.length === 0
      ? ''
      : t` The rate of A is overstated at ${behind.map(({ clients }) => integer(clients)).join(t`, `)} clients: the log of its leader fell behind (2.1).`;
  return [
    {
      mark: widest > 1 ? '✅' : widest < 1 ? '⚠️' : '❔',
      rank: 'effect',
      effect: gap(widest),
      text: t`**Sharing syncs (G) against one sync an entry (A), at the same durability**: ${list}; ${windowsText(facts.strategies) ?? ''}.${unsteady}`,
    },
  ];
}

/** How far a ratio is from one, as the share of the larger side. */
function gap(ratio: number): number {
  if (!(ratio > 0)) return 1;
  return ratio >= 1 ? 1 - 1 / ratio : 1 - ratio;
}

function kpiCount(facts: Facts): string {
  const results = kpiRules(rulesOf(facts)).map((rule) => evaluateKpi(rule, facts));
  const count = (status: string | null) => results.filter((result) => result.status === status).length;
  return t`KPIs of the document: ${count('pass')} pass, ${count('warn')} warn, ${count('fail')} fail, ${count('undecided')} undecided, ${count(null)} not measured (section 7).`;
}
