import type { NodeEvent, NodeEvents } from '../../results/schema/index.js';
import { type Cause, diskStalls, type Explanation, explainSilence, type Silence } from './causes.js';
import { endNs, type Span, type Story, storiesOf } from './story.js';

/** How far back a disk that stalls may be why a leader gave its lead away. */
const BEFORE_TRANSFER_NS = 5e9;

/** Why somebody stood: nothing was heard of the leader; the leader asked for it; the election before had no winner; there was no leader to follow. */
export type Trigger =
  | ({ readonly kind: 'silence' } & Silence)
  | { readonly kind: 'handed-over'; readonly from: number }
  | { readonly kind: 'no-winner'; readonly term: number }
  | { readonly kind: 'no-leader' };

export interface Election {
  readonly term: number;
  /** When the first one stood or, where nobody did, asked. */
  readonly atNs: number;
  /** Who stood, in order; empty when one only asked (pre-vote) and was told no. */
  readonly candidates: readonly number[];
  /** Who asked or stood first. */
  readonly first: number;
  /** Who won, null for nobody. */
  readonly leader: number | null;
  readonly trigger: Trigger;
  readonly explanation: Explanation;
  /** From the last sign of the old leader to the new one; null without a winner, or where nothing tells its begin. */
  readonly leaderless: (Span & { readonly since: 'last heard' | 'stepped down' | 'first asked' }) | null;
}

export interface MissedHeartbeats {
  readonly silence: Silence;
  readonly term: number;
  readonly explanation: Explanation;
}

export interface Disturbances {
  readonly elections: readonly Election[];
  /** Silences that cost no election. */
  readonly missed: readonly MissedHeartbeats[];
}

interface Attempt {
  readonly node: number;
  readonly atNs: number;
  readonly timeout: NodeEvent | null;
  readonly campaign: NodeEvent | null;
}

/**
 * The journals of all nodes of one cluster, which share a clock, joined to elections and missed heartbeats with what happened meanwhile on the nodes
 * concerned. Given a measured window, only what reaches into it.
 */
export function findDisturbances(journals: readonly NodeEvents[], heartbeatMs: number): Disturbances {
  const stories = storiesOf(journals);
  const finder = new Finder(stories, heartbeatMs);
  const all = finder.elections();
  const missed = finder.missed(all);
  const fromNs = Math.min(...journals.map(({ window }) => window?.fromNs ?? Number.NEGATIVE_INFINITY));
  return {
    elections: all.filter((election) => (election.leaderless?.toNs ?? election.atNs) >= fromNs),
    missed: missed.filter(({ silence }) => silence.toNs >= fromNs),
  };
}

class Finder {
  readonly #stories: ReadonlyMap<number, Story>;
  readonly #heartbeatMs: number;
  readonly #wins = new Map<number, { readonly node: number; readonly atNs: number }>();

  constructor(stories: ReadonlyMap<number, Story>, heartbeatMs: number) {
    this.#stories = stories;
    this.#heartbeatMs = heartbeatMs;
    for (const { node, event } of this.#all('leader')) this.#wins.set(event.term, { node, atNs: event.atNs });
  }

  /** In the order of time. */
  elections(): Election[] {
    const attempts = [...this.#stories.values()].flatMap(attemptsOf).sort((a, b) => a.atNs - b.atNs);
    const byTerm = new Map<number, Attempt[]>();
    const asked: Attempt[] = [];
    for (const attempt of attempts) {
      if (attempt.campaign === null) asked.push(attempt);
      else byTerm.set(attempt.campaign.term, [...(byTerm.get(attempt.campaign.term) ?? []), attempt]);
    }
    const elections: Election[] = [];
    for (const [term, stood] of [...byTerm].sort(([one], [other]) => one - other))
      elections.push(this.#election(term, stood, elections.at(-1) ?? null));
    for (const attempt of asked) {
      if (elections.some((election) => belongsTo(attempt, election))) continue;
      elections.push(this.#election(attempt.timeout!.term + 1, [attempt], null));
    }
    return elections.sort((one, other) => one.atNs - other.atNs);
  }

  missed(elections: readonly Election[]): MissedHeartbeats[] {
    return this.#all('heartbeat-missed')
      .map(({ node, event }) => ({ event, silence: silenceOf(node, event) }))
      .filter(
        ({ silence }) => silence.isHeardAgain || !elections.some((election) => isPartOf(silence, election)),
      )
      .sort((one, other) => one.silence.fromNs - other.silence.fromNs)
      .map(({ event, silence }) => ({
        silence,
        term: event.term,
        explanation: explainSilence(silence, this.#stories, this.#heartbeatMs),
      }));
  }

  #election(term: number, attempts: readonly Attempt[], before: Election | null): Election {
    const [first] = attempts as [Attempt];
    const won = first.campaign === null ? undefined : this.#wins.get(term);
    const trigger = this.#trigger(first, term, before);
    return {
      term,
      atNs: first.atNs,
      candidates: attempts.flatMap(({ campaign, node }) => (campaign === null ? [] : [node])),
      first: first.node,
      leader: won?.node ?? null,
      trigger,
      explanation: this.#explain(trigger, first.atNs),
      leaderless: won === undefined ? null : this.#leaderless(trigger, first, won.atNs, before),
    };
  }

  #trigger({ node, timeout, campaign }: Attempt, term: number, before: Election | null): Trigger {
    if (campaign?.detail === 'handed over') {
      const from = this.#all('step-down').find(
        ({ event }) => event.detail === 'transfer' && event.term === term,
      );
      return { kind: 'handed-over', from: from?.node ?? 0 };
    }
    const silence = this.#all('heartbeat-missed').find(
      (found) => found.node === node && timeout !== null && isSameTurn(endNs(found.event), timeout.atNs),
    );
    if (silence !== undefined) return { kind: 'silence', ...silenceOf(node, silence.event) };
    if (before !== null && before.leader === null) return { kind: 'no-winner', term: before.term };
    return { kind: 'no-leader' };
  }

  #explain(trigger: Trigger, atNs: number): Explanation {
    if (trigger.kind === 'silence') return explainSilence(trigger, this.#stories, this.#heartbeatMs);
    // The trigger itself says why; a disk that stalled may say why it was asked for.
    if (trigger.kind !== 'handed-over') return { causes: [], isExplained: true };
    const span = { fromNs: atNs - BEFORE_TRANSFER_NS, toNs: atNs };
    const causes: readonly Cause[] = diskStalls(this.#stories.get(trigger.from), span);
    return { causes, isExplained: true };
  }

  #leaderless(
    trigger: Trigger,
    first: Attempt,
    toNs: number,
    before: Election | null,
  ): Election['leaderless'] {
    if (trigger.kind === 'silence') {
      // Some other follower may have heard of that leader later.
      const heardNs = this.#all('heartbeat-missed')
        .map(({ node, event }) => silenceOf(node, event))
        .filter(({ speaker }) => speaker === trigger.speaker)
        .map((silence) => (silence.isHeardAgain ? silence.toNs : silence.fromNs))
        .filter((atNs) => isWithin(atNs, trigger.fromNs, toNs));
      const fromNs = Math.max(trigger.fromNs, ...heardNs);
      return { fromNs, toNs, since: 'last heard' };
    }
    if (trigger.kind === 'handed-over') {
      const down = this.#all('step-down').find(
        ({ node, event }) => node === trigger.from && event.atNs <= toNs && event.detail === 'transfer',
      );
      return { fromNs: down?.event.atNs ?? first.atNs, toNs, since: down ? 'stepped down' : 'first asked' };
    }
    if (trigger.kind === 'no-winner' && before?.trigger.kind === 'silence')
      return { fromNs: before.trigger.fromNs, toNs, since: 'last heard' };
    return { fromNs: first.atNs, toNs, since: 'first asked' };
  }

  #all(kind: NodeEvent['kind']): { readonly node: number; readonly event: NodeEvent }[] {
    return [...this.#stories.values()].flatMap(({ node, events }) =>
      events.filter((event) => event.kind === kind).map((event) => ({ node, event })),
    );
  }
}

/** Each time-out with the campaign that it led to, and campaigns without one: those of a node that was handed the lead, or votes alone. */
function attemptsOf({ node, events }: Story): Attempt[] {
  const attempts: Attempt[] = [];
  let timeout: NodeEvent | null = null;
  const give = (campaign: NodeEvent | null): void => {
    const atNs = (timeout ?? campaign)?.atNs;
    if (atNs !== undefined) attempts.push({ node, atNs, timeout, campaign });
    timeout = null;
  };
  for (const event of events) {
    // It was told no, or another leads: what it stands for later is another matter.
    if (event.kind === 'step-down' || event.kind === 'election-timeout') give(null);
    if (event.kind === 'election-timeout') timeout = event;
    else if (event.kind === 'campaign') {
      if (event.detail !== 'pre-vote won') give(null);
      give(event);
    }
  }
  give(null);
  return attempts;
}

function silenceOf(node: number, event: NodeEvent): Silence {
  return {
    listener: node,
    speaker: event.peer,
    fromNs: event.atNs,
    toNs: endNs(event),
    isHeardAgain: event.detail === 'heard again',
  };
}

/** One more who asked in an election that was on its way already. */
function belongsTo({ atNs }: Attempt, election: Election): boolean {
  const fromNs = election.trigger.kind === 'silence' ? election.trigger.fromNs : election.atNs;
  return isWithin(atNs, fromNs, election.leaderless?.toNs ?? election.atNs);
}

/** The same leader missed by another node, which then took part in the election. */
function isPartOf({ speaker, toNs, fromNs }: Silence, { trigger, atNs, leaderless }: Election): boolean {
  if (trigger.kind === 'silence' && trigger.speaker !== speaker) return false;
  const beginNs = trigger.kind === 'silence' ? trigger.fromNs : atNs;
  // Who hears of the new leader hears of it after it won; its own silence began before.
  return toNs >= beginNs && fromNs <= (leaderless?.toNs ?? atNs);
}

/** Both stamps were taken in one turn; what a sum of floating-point numbers loses is less than this. */
function isSameTurn(oneNs: number, otherNs: number): boolean {
  return Math.abs(oneNs - otherNs) < 1_000;
}

function isWithin(atNs: number, fromNs: number, toNs: number): boolean {
  return atNs >= fromNs && atNs <= toNs;
}
