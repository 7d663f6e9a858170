import type { PassData, PointData, RunData } from '../../results/run-directory.js';
import type { CpuCapture, LoadSummary, NodeWindow } from '../../results/schema/index.js';
import { capturesByRole, cpuPass } from '../cpu/cpu-profile.js';
import { recorded, t } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import { syscallPass } from '../measures/syscalls.js';
import type { RuleBook } from '../rules/rule-book.js';
import { type Budget, computeBudget } from '../stages/budget.js';
import { integer, percent } from '../tables/format.js';

/** A load whose errors exceed this share proves nothing about speed. */
export const ERROR_SHARE_MAX = 0.01;

/** One point with what several sections need of it, computed once. */
export interface PointFacts {
  readonly point: PointData;
  readonly summary: LoadSummary;
  readonly leader: Measured<NodeWindow>;
  readonly followers: readonly NodeWindow[];
  readonly writeBudget: Measured<Budget>;
  readonly readBudget: Measured<Budget>;
  readonly errorShare: number;
  /** Why nothing may be concluded from this point; empty for a sound one. */
  readonly unsound: readonly string[];
  /** A CPU profile of the leader, on the CPU. */
  readonly leaderCpu: Measured<CpuCapture>;
}

export interface Facts {
  readonly data: RunData;
  /** Levels of the sweep, ascending by clients. */
  readonly sweep: readonly PointFacts[];
  /** Arms of the strategy comparison, ascending by clients, then A B C G. */
  readonly strategies: readonly PointFacts[];
  /** The level that CPU profiles and syscalls are read from: the middle one, or the nearest that was profiled. Null without a sweep. */
  readonly middle: PointFacts | null;
  /** The rules that judge the run; absent: our own. */
  readonly rules?: RuleBook;
}

export function collectFacts(data: RunData): Facts {
  const all = data.points.map(pointFacts);
  const sweep = all
    .filter((facts) => facts.point.ref.series === 'sweep')
    .sort((one, other) => one.point.ref.clients - other.point.ref.clients);
  const strategies = all
    .filter((facts) => facts.point.ref.series === 'fsync')
    .sort(
      (one, other) =>
        one.point.ref.clients - other.point.ref.clients ||
        (one.point.ref.strategy < other.point.ref.strategy ? -1 : 1),
    );
  return { data, sweep, strategies, middle: middleOf(sweep) };
}

function pointFacts(point: PointData): PointFacts {
  const leader = leaderOf(point);
  const errorShare = errorShareOf(point.summary);
  return {
    point,
    summary: point.summary,
    leader,
    followers: point.nodes.filter((node) => node.role === 'follower'),
    writeBudget: computeBudget(point, 'write'),
    readBudget: computeBudget(point, 'read'),
    errorShare,
    unsound: unsoundReasons(point.summary, errorShare),
    leaderCpu: leaderCpuOf(point),
  };
}

function leaderOf(point: PointData): Measured<NodeWindow> {
  const leaders = point.nodes.filter((node) => node.role === 'leader');
  if (leaders.length === 1) return measured(leaders[0]!);
  return missing(
    point.nodes.length === 0
      ? t`points/${point.ref.id}/nodes holds no node`
      : t`${leaders.length} nodes of point ${point.ref.id} called themselves leader at the end of the window`,
  );
}

function leaderCpuOf(point: PointData): Measured<CpuCapture> {
  const pass: Measured<PassData> = cpuPass(point);
  if (!pass.ok) return pass;
  const capture = capturesByRole(pass.value).find((candidate) => candidate.role === 'leader');
  return capture === undefined
    ? missing(t`the CPU profile of point ${point.ref.id} has no leader`)
    : measured(capture);
}

/** Of all requests that ended; 1 when none did. */
function errorShareOf(summary: LoadSummary): number {
  const { total, ok } = summary.operations;
  return total === 0 ? 1 : (total - ok) / total;
}

function unsoundReasons(summary: LoadSummary, errorShare: number): readonly string[] {
  const reasons: string[] = [];
  if (summary.operations.total === 0) reasons.push(t`no request ended in the window`);
  else if (errorShare > ERROR_SHARE_MAX) {
    reasons.push(t`${percent(errorShare)} of the requests failed (limit ${percent(ERROR_SHARE_MAX)})`);
  }
  if (summary.audit.verdict === 'suspect') {
    const because =
      summary.audit.reasons.length > 0
        ? summary.audit.reasons.map(recorded).join(t` `)
        : t`no reason was given.`;
    reasons.push(t`the load generator's own audit is suspect: ${because.replace(/[.。]$/, '')}`);
  }
  return reasons;
}

function middleOf(sweep: readonly PointFacts[]): PointFacts | null {
  if (sweep.length === 0) return null;
  const middle = (sweep.length - 1) >> 1;
  const byDistance = sweep
    .map((facts, index) => ({ facts, distance: Math.abs(index - middle) }))
    .sort((one, other) => one.distance - other.distance);
  const observed = byDistance.find(
    (entry) => cpuPass(entry.facts.point).ok || syscallPass(entry.facts.point).ok,
  );
  return (observed ?? byDistance[0])!.facts;
}

/** `mid (100 clients)`. */
export function levelName(facts: PointFacts): string {
  const { level, clients } = facts.point.ref;
  return clients === 1 ? t`${level} (${clients} client)` : t`${level} (${integer(clients)} clients)`;
}

/** The leader first, then the others by id. */
export function nodesInOrder(facts: PointFacts): readonly NodeWindow[] {
  return [...facts.point.nodes].sort(
    (one, other) => Number(other.role === 'leader') - Number(one.role === 'leader') || one.node - other.node,
  );
}
