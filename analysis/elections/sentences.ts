import { t } from '../language/language.js';
import { nanos } from '../tables/format.js';
import { type Cause, type Explanation, isBeside } from './causes.js';
import type { Election, MissedHeartbeats } from './elections.js';

/** Causes that one sentence names. */
const CAUSES_MAX = 3;
/** A cause behind the first is named when it covers this share of what the first one covers. */
const NAMED_SHARE_MIN = 0.25;

/** `term 7: node 2 stood because it had heard nothing of node 1 for 512 ms; node 1's process did not run for 3.00 s (not busy: 2.00 ms of CPU). …` */
export function electionSentence(election: Election): string {
  const { term, first, candidates, trigger } = election;
  const does = candidates.length > 0 ? t`stood` : t`asked whether it would be elected`;
  const parts = [t`term ${term}: node ${first} ${does} because ${triggerClause(election)}`];
  if (trigger.kind === 'silence') parts.push(explanationClause(election.explanation));
  else parts.push(...election.explanation.causes.slice(0, 1).map(causeClause));
  return t`${parts.join(t`; `)}. ${outcome(election)}`;
}

/** `node 2 heard nothing of node 1 for 260 ms in term 7; node 1's loop was busy for 240 ms (238 ms of CPU).` */
export function missedSentence({ silence, term, explanation }: MissedHeartbeats): string {
  const { listener, speaker, fromNs, toNs } = silence;
  const heard = t`node ${listener} heard nothing of node ${speaker} for ${nanos(toNs - fromNs)} in term ${term}`;
  return t`${heard}; ${explanationClause(explanation)}.`;
}

/** In a few words, for a table. */
export function shortCause({ causes, isExplained }: Explanation): string {
  const [first] = causes;
  return first === undefined || !isExplained ? t`nothing recorded explains it` : causeClause(first);
}

function triggerClause({ trigger }: Election): string {
  switch (trigger.kind) {
    case 'silence': {
      const { speaker, fromNs, toNs } = trigger;
      return t`it had heard nothing of node ${speaker} for ${nanos(toNs - fromNs)}`;
    }
    case 'handed-over':
      return trigger.from === 0
        ? t`the lead was handed to it`
        : t`node ${trigger.from} was asked to hand its lead over, or did so by itself`;
    case 'no-winner':
      return t`nobody had won term ${trigger.term}`;
    case 'no-leader':
      return t`it knew of no leader`;
  }
}

function explanationClause({ causes, isExplained }: Explanation): string {
  const [longest] = causes;
  if (longest === undefined) return t`nothing recorded explains it`;
  const named = causes
    .filter((cause) => isBeside(cause) === isBeside(longest))
    .filter(({ overlapNs }) => overlapNs >= NAMED_SHARE_MIN * longest.overlapNs)
    .slice(0, CAUSES_MAX)
    .map(causeClause)
    .join(t`, and `);
  return isExplained ? named : t`nothing recorded explains it (at the same time: ${named})`;
}

function causeClause(cause: Cause): string {
  const { kind, node, peer, detail, cpuNs, gcNs, fromNs, toNs, overlapNs } = cause;
  // A link that is down at the end of the journal has no end.
  const lasted = nanos(Number.isFinite(toNs - fromNs) ? toNs - fromNs : overlapNs);
  switch (kind) {
    case 'gone':
      return detail === 'started'
        ? t`node ${node} was gone and began to serve again later`
        : t`node ${node} left no journal: it was gone, or could not be asked`;
    case 'stepped-down':
      return t`node ${node} had stepped down (${detailWord(detail)})`;
    case 'not-running':
      return t`node ${node}'s process did not run for ${lasted} (not busy: ${nanos(cpuNs)} of CPU)`;
    case 'starved':
      return t`node ${node}'s loop was held up for ${lasted}, in which its process ran for ${nanos(cpuNs)} only: it wanted for CPU`;
    case 'busy': {
      const garbage = gcNs > 0 ? t`, ${nanos(gcNs)} of garbage collection` : '';
      return t`node ${node}'s loop was busy for ${lasted} (${nanos(cpuNs)} of CPU${garbage})`;
    }
    case 'late':
      return t`node ${node}'s loop came ${lasted} late, and nobody counted its CPU`;
    case 'link':
      return detail === 'lost'
        ? t`node ${node} had no connection to node ${peer} for ${lasted}`
        : t`node ${node} got no sign of life over its connections to node ${peer} for ${lasted}`;
    case 'gc':
      return t`node ${node} collected garbage for ${lasted} (${detail})`;
    case 'disk':
      return detail === 'under way'
        ? t`a write or sync of node ${node} had not ended after ${lasted}`
        : t`a ${detailWord(detail)} of node ${node} took ${lasted}`;
    case 'snapshot':
      return t`node ${node} had a snapshot ${detailWord(detail)} over ${lasted}`;
  }
}

/** The journal's own word for what happened, where it is one that nodes write; else as it stands. */
function detailWord(detail: string): string {
  const words: Readonly<Record<string, string>> = {
    transfer: t`transfer`,
    'higher term': t`higher term`,
    'check-quorum': t`check-quorum`,
    removed: t`removed`,
    'another leads': t`another leads`,
    'pre-vote lost': t`pre-vote lost`,
    'vote lost': t`vote lost`,
    write: t`write`,
    sync: t`sync`,
    taken: t`taken`,
    sent: t`sent`,
    'not sent': t`not sent`,
    received: t`received`,
    installed: t`installed`,
  };
  return Object.hasOwn(words, detail) ? words[detail]! : detail;
}

function outcome({ leader, first, candidates, leaderless, trigger }: Election): string {
  if (candidates.length === 0) return t`It was not, so nobody stood.`;
  if (leader === null) return t`Nobody won it before the journals end.`;
  const winner = leader === first ? t`It won` : t`Node ${leader} won`;
  if (leaderless === null) return t`${winner}.`;
  const { fromNs, toNs, since } = leaderless;
  const old = trigger.kind === 'silence' ? t` of node ${trigger.speaker}` : '';
  const from = {
    'last heard': t`the last sign of life${old}`,
    'stepped down': t`when the old leader stepped down`,
    'first asked': t`when it first asked`,
  }[since];
  return t`${winner}; nobody led for ${nanos(toNs - fromNs)}, counted from ${from}.`;
}
