import type { Probe } from '../../profiles/probe.js';
import { type Level, middleLevel, type SweepTimes } from './plan.js';

/**
 * Probes that may watch the same load. Each reads counters that exist anyway, or sends a tiny task now and then, and none measures what another one
 * does: a reader of `/proc`, records of the collector, the delay of the loop with a sample every few milliseconds to name what held it up, one task
 * through the pool at a time, the accounts of the locks. Those that go through the inspector have a session each behind one open port. On a cluster
 * of three nodes, all five together could not be told from the passes beside them. What samples finely or stops the process (profiles of CPU and
 * heap, every tracer) would show up in the answers of the others and stays alone.
 */
export const OBSERVERS: readonly string[] = ['proc', 'gc', 'event-loop', 'pool', 'locks'];

/** Probes whose answer changes with the concurrency so much that every level has them. */
const EVERY_LEVEL: readonly string[] = ['cpu-profile', 'strace'];

/** What a quick run has time for: the two great questions, and the observers, that cost one pass all together. */
export const QUICK_PROBES: readonly string[] = ['cpu-profile', 'strace', ...OBSERVERS];

/** One load and the probes that watch it. */
export interface PlannedPass {
  /** One, or several that may share. */
  readonly probes: readonly Probe[];
  /** Arguments of Node.js that its nodes must be started with; empty for any nodes. */
  readonly nodeArguments: readonly string[];
}

/** Which probes share a pass; the order is kept, and observers stand where the first of them stood. */
export function planPasses(probes: readonly Probe[]): PlannedPass[] {
  const observers = probes.filter(isObserver);
  return probes.flatMap((probe) => {
    if (!isObserver(probe)) return [{ probes: [probe], nodeArguments: probe.nodeArguments }];
    return probe === observers[0] ? [{ probes: observers, nodeArguments: [] }] : [];
  });
}

function isObserver(probe: Probe): boolean {
  return OBSERVERS.includes(probe.name) && probe.nodeArguments.length === 0;
}

export interface LevelPlan {
  readonly level: Level;
  /** On the nodes of the measured pass. */
  readonly plain: readonly PlannedPass[];
  /** On nodes of their own, one cluster for each set of arguments. */
  readonly twins: readonly Twin[];
}

export interface Twin {
  readonly nodeArguments: readonly string[];
  readonly passes: readonly PlannedPass[];
}

export interface PlanInput {
  readonly levels: readonly Level[];
  readonly probes: readonly Probe[];
  /** Named by the user, so that every probed level has all of them. */
  readonly named: boolean;
  readonly times: Pick<SweepTimes, 'probedLevels'>;
  /** False for a cluster that is not ours: its nodes are watched as they are. */
  readonly canStartNodes: boolean;
}

/** The passes of every level. The middle one has all probes; what the others have depends on the mode and on who chose. */
export function planLevels({ levels, probes, named, times, canStartNodes }: PlanInput): LevelPlan[] {
  const middle = middleLevel(levels);
  return levels.map((level) => {
    const isProbed = level === middle || times.probedLevels === 'all';
    const all = isProbed && (level === middle || named);
    const here = !isProbed ? [] : probes.filter(({ name }) => all || EVERY_LEVEL.includes(name));
    const passes = planPasses(here);
    if (!canStartNodes)
      return { level, plain: passes.map((pass) => ({ ...pass, nodeArguments: [] })), twins: [] };
    const plain = passes.filter((pass) => pass.nodeArguments.length === 0);
    return { level, plain, twins: planTwins(passes) };
  });
}

/** Passes that need nodes started in another way, together by what they need. */
export function planTwins(passes: readonly PlannedPass[]): Twin[] {
  const twins = new Map<string, { nodeArguments: readonly string[]; passes: PlannedPass[] }>();
  for (const pass of passes) {
    const { nodeArguments } = pass;
    if (nodeArguments.length === 0) continue;
    const key = nodeArguments.join(' ');
    const twin = twins.get(key) ?? { nodeArguments, passes: [] };
    twin.passes.push(pass);
    twins.set(key, twin);
  }
  return [...twins.values()];
}

/** The nodes are warm after the measured pass; only the generator begins anew. */
export const SHORT_WARMUP_SECONDS = 0.3;
/** Measured on two cores: connecting, draining and reading nodes around a load; starting three nodes and stopping them; a probe's own work. */
const AROUND_A_LOAD_SECONDS = 0.5;
const AROUND_A_CLUSTER_SECONDS = 2;
const AROUND_A_PROBE_SECONDS = 1;

type PassTimes = Pick<
  SweepTimes,
  'primeSeconds' | 'warmupSeconds' | 'measureSeconds' | 'probeSeconds' | 'referenceSeconds'
>;

/** About how long the levels take with their probes, in seconds. Without the baseline before them and what may come after. */
export function expectedSeconds(plan: readonly LevelPlan[], times: PassTimes): number {
  const load = (seconds: number) => seconds + AROUND_A_LOAD_SECONDS;
  const reference = load(SHORT_WARMUP_SECONDS + times.referenceSeconds);
  const watched = load(SHORT_WARMUP_SECONDS + times.probeSeconds) + AROUND_A_PROBE_SECONDS;
  const row = (passes: readonly PlannedPass[]) =>
    passes.length === 0 ? 0 : reference + passes.length * (watched + reference);
  let seconds = AROUND_A_CLUSTER_SECONDS + load(times.primeSeconds);
  for (const { plain, twins } of plan) {
    seconds += load(times.warmupSeconds + times.measureSeconds) + row(plain);
    for (const { passes } of twins)
      seconds += AROUND_A_CLUSTER_SECONDS + load(times.primeSeconds) + row(passes);
  }
  return seconds;
}

/** About how long the comparison of strategies takes after that, each on a cluster of its own that is killed and read back. */
export function expectedArmSeconds(
  strategies: number,
  levels: number,
  times: Pick<SweepTimes, 'armPrimeSeconds' | 'armWarmupSeconds' | 'armSeconds' | 'beforeKillSeconds'>,
): number {
  const load = (seconds: number) => seconds + AROUND_A_LOAD_SECONDS;
  const measured = levels * load(times.armWarmupSeconds + times.armSeconds);
  const proof = AROUND_A_CLUSTER_SECONDS + load(times.beforeKillSeconds);
  return strategies * (AROUND_A_CLUSTER_SECONDS + load(times.armPrimeSeconds) + measured + proof);
}

/** `mid: cpu-profile | gc + locks | perf on nodes started with --perf-basic-prof`: one line a level. */
export function describePlan(plan: readonly LevelPlan[]): string[] {
  return plan.map(({ level, plain, twins }) => {
    const own = plain.map(namesOf);
    const others = twins.flatMap(({ nodeArguments, passes }) =>
      passes.map((pass) => `${namesOf(pass)} on nodes started with ${nodeArguments.join(' ')}`),
    );
    const passes = [...own, ...others];
    return `${level.name}: measured pass${passes.length === 0 ? ' only' : `, then ${passes.join(' | ')}`}`;
  });
}

function namesOf({ probes }: PlannedPass): string {
  return probes.map(({ name }) => name).join(' + ');
}
