import type { StrategyLetter } from '../../results/schema/index.js';
import type { Facts } from './facts.js';

/** What `strata sweep` and `strata fsync` do where an option is left out. `scripts/lib/run-defaults.test.ts` holds it against the commands themselves. */
export const RUN_DEFAULTS = {
  fsync: 'G',
  primitive: 'fdatasync',
  nodes: 3,
  reads: 0,
  keys: 100_000,
  dist: 'uniform',
  valueBytes: 128,
  seed: 1,
} as const;

/** Options of load and time whose values nothing but the command of the run records. */
const AS_ASKED = ['duration', 'warmup', 'workers'] as const;

/** The command of the run without the directory that it wrote to: that one is taken now. */
export function wholeRunAgain({ data }: Facts): string {
  return data.run.command.replace(/ --out[= ]('(?:[^']|'\\'')*'|\S+)/, '');
}

/** The command that makes such a level again, with this probe, or with none: every option that made the run another than the default one is in it. */
export function sweepAgain(facts: Facts, levels: readonly number[], probes: string): string {
  const { run } = facts.data;
  const strategy = facts.sweep[0]?.point.ref.strategy ?? RUN_DEFAULTS.fsync;
  const ofCluster = run.cluster.external
    ? [`--target ${askedFor(run.command, 'target') ?? '<base URLs of all nodes>'}`]
    : [...differs('fsync', strategy), ...ownCluster(facts)];
  return [
    'strata sweep',
    `--levels ${levels.join(',')}`,
    `--probes ${probes}`,
    ...ofCluster,
    ...asAsked(run.command, 'via'),
    ...loadAndTime(facts),
    ...(facts.sweep.some(({ summary }) => summary.history) ? ['--verify'] : []),
  ].join(' ');
}

/** The command that compares strategies again, under the load of the run. */
export function fsyncAgain(
  facts: Facts,
  strategies: readonly StrategyLetter[],
  levels: readonly number[],
): string {
  return [
    'strata fsync',
    `--strategies ${strategies.join(',')}`,
    `--levels ${levels.join(',')}`,
    ...ownCluster(facts),
    ...loadAndTime(facts),
    ...powerCuts(facts),
  ].join(' ');
}

function powerCuts({ data, strategies }: Facts): readonly string[] {
  if (!strategies.some(({ point }) => point.powerCut !== null)) return [];
  return ['--power-cut', ...asAsked(data.run.command, 'cuts')];
}

function ownCluster({ data }: Facts): readonly string[] {
  const { primitive, nodes } = data.run.cluster;
  return [...differs('primitive', primitive), ...differs('nodes', nodes)];
}

function loadAndTime({ data }: Facts): readonly string[] {
  const { load, seed, mode, command } = data.run;
  return [
    ...differs('reads', load.reads),
    ...differs('keys', load.keys),
    ...differs('dist', load.distribution),
    ...differs('valueBytes', load.valueBytes),
    ...differs('seed', seed),
    ...(mode === 'standard' ? [] : [`--${mode}`]),
    ...AS_ASKED.flatMap((name) => asAsked(command, name)),
  ];
}

function differs(name: keyof typeof RUN_DEFAULTS, value: string | number): readonly string[] {
  return value === RUN_DEFAULTS[name] ? [] : [`--${optionName(name)} ${value}`];
}

/** `valueBytes` → `value-bytes`. */
export function optionName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function asAsked(command: string, name: string): readonly string[] {
  const value = askedFor(command, name);
  return value === null ? [] : [`--${name} ${value}`];
}

/** The value that the command of the run gave to an option; null where it gave none, or was neither `sweep` nor `fsync`. */
function askedFor(command: string, name: string): string | null {
  if (!/^strata (sweep|fsync)\b/.test(command)) return null;
  return new RegExp(` --${name}[= ](\\S+)`).exec(command)?.[1] ?? null;
}
