import type { Cause } from '../../elections/causes.js';
import {
  type Disturbances,
  type Election,
  findDisturbances,
  type MissedHeartbeats,
} from '../../elections/elections.js';
import { electionSentence, missedSentence, shortCause } from '../../elections/sentences.js';
import { recorded, t, translated } from '../../language/language.js';
import { integer, nanos } from '../../tables/format.js';
import { left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks, notMeasured } from '../section.js';

/** Sentences for the longest silences that cost no election; all of them are counted in the table. */
const MISSED_SENTENCES = 5;
const ELECTION_SENTENCES = 20;
const SOURCE = '`points/*/events/*.json`';

interface Seen {
  readonly point: PointFacts;
  readonly found: Disturbances;
}

/** 3.5: every election and every missed heartbeat of the measured windows, and what happened then on the nodes concerned. */
export function electionsPart(facts: Facts): string {
  const points = [...facts.sweep, ...facts.strategies];
  const { heartbeatMs, external } = facts.data.run.cluster;
  const strangers = external && points.every(({ point }) => point.stages?.sharedClock !== true);
  if (strangers)
    return notMeasured(t`the nodes of an external cluster may run on several machines, whose clocks differ`);
  const withJournals = points.filter(({ point }) => point.events.length > 0);
  if (withJournals.length === 0) return notMeasured(whyNoJournals(facts));
  const seen = withJournals.map((point) => ({
    point,
    found: findDisturbances(point.point.events, heartbeatMs),
  }));
  const elections = seen.flatMap(({ point, found }) =>
    found.elections.map((election) => ({ point, election })),
  );
  const missed = seen.flatMap(({ point, found }) => found.missed.map((one) => ({ point, missed: one })));
  return blocks(
    t`Every node keeps a journal of its life; here the journals of all nodes are joined by their one clock, over ${windowsOf(withJournals, points)}. A cause is something on one of the two nodes concerned, or between them, that happened while nothing was heard; causes are ranked by the time of that silence which they cover. Heartbeats wait neither for the disk nor for a snapshot: what is said of those only coincides.`,
    elections.length + missed.length === 0
      ? t`None in the measured windows: no election, and no follower that heard nothing of its leader for longer than two heartbeats.`
      : null,
    elections.length === 0 ? null : electionTable(elections),
    sentences(
      elections.map(({ point, election }) => t`${levelName(point)}, ${electionSentence(election)}`),
      ELECTION_SENTENCES,
      t`elections`,
    ),
    missed.length === 0 ? null : missedTable(seen),
    sentences(
      longestFirst(missed).map(({ point, missed: one }) => t`${levelName(point)}: ${missedSentence(one)}`),
      MISSED_SENTENCES,
      t`silences`,
    ),
    missingJournals(facts, withJournals),
  );
}

function windowsOf(withJournals: readonly PointFacts[], points: readonly PointFacts[]): string {
  if (points.length === 1) return t`the measured window`;
  const all = t`${integer(points.length)} measured windows`;
  return withJournals.length === points.length
    ? t`the ${all}`
    : t`${integer(withJournals.length)} of the ${all}`;
}

function electionTable(
  elections: readonly { readonly point: PointFacts; readonly election: Election }[],
): string {
  const table = new MarkdownTable(
    [left(t`Level`), right(t`Term`), left(t`Stood`), left(t`Won`), left(t`Why`), right(t`Nobody led for`)],
    SOURCE,
  );
  for (const { point, election } of elections) {
    const { term, candidates, leader, leaderless } = election;
    table.row(
      levelName(point),
      integer(term),
      candidates.length === 0 ? t`nobody` : candidates.map((node) => t`node ${node}`).join(t`, `),
      leader === null ? t`nobody` : t`node ${leader}`,
      whyInShort(election),
      leaderless === null
        ? table.missing(t`nobody won before the journals end`)
        : nanos(leaderless.toNs - leaderless.fromNs),
    );
  }
  return table.toString();
}

function whyInShort({ trigger, explanation }: Election): string {
  switch (trigger.kind) {
    case 'silence':
      return shortCause(explanation);
    case 'handed-over':
      return t`the lead was handed over`;
    case 'no-winner':
      return t`nobody won term ${trigger.term}`;
    case 'no-leader':
      return t`no leader was known`;
  }
}

/** One row a pair of nodes: a machine without a free processor can make hundreds. */
function missedTable(seen: readonly Seen[]): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Follower`),
      left(t`Leader`),
      right(t`Silences`),
      right(t`longest`),
      right(t`explained`),
      left(t`Most often`),
    ],
    SOURCE,
  );
  for (const { point, found } of seen) {
    const pairs = new Map<string, MissedHeartbeats[]>();
    for (const missed of found.missed) {
      const key = `${missed.silence.listener} ${missed.silence.speaker}`;
      pairs.set(key, [...(pairs.get(key) ?? []), missed]);
    }
    for (const [, all] of [...pairs].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const { listener, speaker } = all[0]!.silence;
      table.row(
        levelName(point),
        t`node ${listener}`,
        t`node ${speaker}`,
        integer(all.length),
        nanos(Math.max(...all.map(lengthNs))),
        integer(all.filter(({ explanation }) => explanation.isExplained).length),
        mostOften(all),
      );
    }
  }
  return table.toString();
}

const IN_WORDS: Readonly<Record<Cause['kind'], string>> = {
  gone: 'was gone',
  'stepped-down': 'had stepped down',
  'not-running': 'did not run',
  starved: 'wanted for CPU',
  busy: 'was busy',
  late: 'came late',
  link: 'lost the link',
  gc: 'collected garbage',
  disk: 'waited for its disk',
  snapshot: 'had a snapshot',
};

function mostOften(all: readonly MissedHeartbeats[]): string {
  const counts = new Map<string, { readonly cause: Cause; count: number }>();
  for (const { explanation } of all) {
    const [cause] = explanation.causes;
    if (cause === undefined || !explanation.isExplained) continue;
    // The English words are the key: which of two equally frequent causes is named does not depend on the language.
    const key = `${cause.node} ${IN_WORDS[cause.kind]}`;
    const seen = counts.get(key) ?? { cause, count: 0 };
    seen.count += 1;
    counts.set(key, seen);
  }
  const [best] = [...counts].sort(
    ([one, { count }], [other, { count: ofOther }]) => ofOther - count || (one < other ? -1 : 1),
  );
  if (best === undefined) return t`nothing recorded explains it`;
  const [, { cause }] = best;
  return t`node ${cause.node} ${translated(IN_WORDS[cause.kind])}`;
}

function lengthNs({ silence }: MissedHeartbeats): number {
  return silence.toNs - silence.fromNs;
}

function longestFirst<Row extends { readonly missed: MissedHeartbeats }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((one, other) => lengthNs(other.missed) - lengthNs(one.missed));
}

function sentences(all: readonly string[], countMax: number, what: string): string | null {
  if (all.length === 0) return null;
  const shown = all.slice(0, countMax).map((text) => `- ${text}`);
  const rest = all.length - shown.length;
  if (rest > 0) shown.push(t`- … and ${integer(rest)} ${what} more.`);
  return shown.join('\n');
}

function missingJournals(facts: Facts, withJournals: readonly PointFacts[]): string | null {
  const { nodes } = facts.data.run.cluster;
  const lines = withJournals.flatMap((point) => {
    const { events } = point.point;
    const lost = events.filter(({ dropped }) => dropped > 0).map(({ node }) => t`node ${node}`);
    return [
      ...(events.length < nodes
        ? [
            t`${levelName(point)}: ${integer(nodes - events.length)} of ${integer(nodes)} journals are missing: ${reasonsAt(facts, point)}`,
          ]
        : []),
      ...(lost.length > 0
        ? [
            t`${levelName(point)}: the oldest events of ${lost.join(t`, `)} were overwritten before they were read`,
          ]
        : []),
    ];
  });
  return lines.length === 0 ? null : t`_Not everything was recorded. ${lines.join(t`. `)}._`;
}

function whyNoJournals(facts: Facts): string {
  const reason = facts.data.run.notMeasured.find(({ what }) => what.startsWith('the journal of '));
  return reason === undefined
    ? t`no journal of a node was written`
    : t`no journal of a node could be read: ${withoutPeriod(recorded(reason.because))}`;
}

function reasonsAt(facts: Facts, { point }: PointFacts): string {
  const reasons = facts.data.run.notMeasured
    .filter(({ what }) => what.startsWith('the journal of ') && what.endsWith(` at ${point.ref.id}`))
    .map(({ because }) => withoutPeriod(recorded(because)));
  return reasons.length === 0 ? t`the run does not say why` : [...new Set(reasons)].join(t`; `);
}

function withoutPeriod(text: string): string {
  return text.replace(/[.。]$/, '');
}
