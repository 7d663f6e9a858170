import { type Advice, evaluateAdvice, stake } from '../../advice/advice-rule.js';
import { evaluateKpi } from '../../kpi/kpi-rule.js';
import { recorded, t, translated } from '../../language/language.js';
import { type DocumentLevel, documentLevel } from '../../reference/document.js';
import { adviceRules, kpiRules, rulesOf } from '../../rules/rule-book.js';
import { integer, micros, percent, perSecond, times } from '../../tables/format.js';
import { confidenceOf, isWithinSpread, rateWithConfidence } from '../confidence.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { evidenceOf, historiesOf, historySentence, isBroken, type PointHistory } from '../histories.js';
import { limitOf } from '../limits.js';
import { blocks, type Section } from '../section.js';
import { compareStrategies, lostWrites, soundArm } from '../strategies.js';

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
    .join(t`, `);
  const middle = facts.middle !== null && facts.middle.unsound.length === 0 ? facts.middle : sound[0]!;
  const limit = limitOf(middle, facts);
  const limited =
    limit === null ? t`What limits it was not measured.` : t`At ${levelName(middle)} the limit is ${limit}.`;
  return t`**${levels}. ${limited}${noConclusion(facts)}${strategies === null ? '' : ` ${strategies}`}**`;
}

/** The levels that the sentence leaves out, with the reason. */
function noConclusion(facts: Facts): string {
  return facts.sweep
    .filter((point) => point.unsound.length > 0)
    .map((point) => t` No conclusion at ${levelName(point)}: ${point.unsound.join('; ')}.`)
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
  const best = row.safest.summary.throughputPerSecond;
  const compared = others
    .map((arm) => t`${times(best / arm.summary.throughputPerSecond)} the rate of ${arm.point.ref.strategy}`)
    .join(t`, `);
  return t`Durability: ${row.safest.point.ref.strategy} is the fastest strategy that acknowledges only after a sync: ${rateWithConfidence(row.safest, facts)} at ${integer(row.clients)} clients; ${compared}.`;
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
    const { bound, text } = advice.evidence;
    const stakes =
      bound === null ? '' : t` At stake: at most ${percent(bound)} of the ${translated(advice.rule.of)}.`;
    return {
      mark: '⚠️',
      rank: advice.rule.kind === 'cause' ? 'cause' : 'effect',
      effect: stake(advice.rule, advice.evidence),
      text: t`**${advice.title}**, at ${advice.level}: ${text}.${stakes}${remedy(advice)}`,
    };
  });
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

/** Above or below the document is said only of a figure that lies outside of all that this run measured of the level. */
function documentFinding(point: PointFacts, document: DocumentLevel, facts: Facts): Finding {
  const ratio = point.summary.throughputPerSecond / document.throughputPerSecond;
  const isWithin = isWithinSpread(document.throughputPerSecond, confidenceOf(point, facts));
  const { p99 } = point.summary.latency.response;
  const latency = p99 === null ? '' : t`, p99 ${micros(p99)} against ${micros(document.p99Us)}`;
  const isFast = p99 === null || p99 <= document.p99Us;
  const theirs = perSecond(document.throughputPerSecond);
  if (isWithin)
    return {
      mark: isFast ? '❔' : '⚠️',
      rank: 'effect',
      effect: 0,
      text: t`**${levelName(point)}: the document's throughput lies within the spread of this run**: ${rateWithConfidence(point, facts)} against ${theirs}${latency}.`,
    };
  return {
    mark: ratio >= 1 && isFast ? '✅' : '⚠️',
    rank: 'effect',
    effect: gap(ratio),
    text: t`**${levelName(point)}: ${times(ratio)} of the document's throughput** (${perSecond(point.summary.throughputPerSecond)} against ${theirs}${latency}).`,
  };
}

/** One finding for all levels; its effect is that of the widest gap. */
function strategyFindings(facts: Facts): Finding[] {
  const ratios = compareStrategies(facts).flatMap((row) => {
    const always = soundArm(row, 'A')?.summary.throughputPerSecond ?? 0;
    const group = soundArm(row, 'G')?.summary.throughputPerSecond ?? 0;
    return always > 0 && group > 0 ? [{ clients: row.clients, ratio: group / always }] : [];
  });
  if (ratios.length === 0) return [];
  const list = ratios
    .map((entry) => t`${times(entry.ratio)} at ${integer(entry.clients)} clients`)
    .join(t`, `);
  const widest = ratios.reduce((best, next) => (gap(next.ratio) > gap(best.ratio) ? next : best));
  return [
    {
      mark: widest.ratio >= 1 ? '✅' : '⚠️',
      rank: 'effect',
      effect: gap(widest.ratio),
      text: t`**Sharing syncs (G) against one sync an entry (A), at the same durability**: ${list}.`,
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
