import type { LoadSummary, Run } from '../../results/schema/index.js';
import { compareText } from '../measures/node-measures.js';
import type { ComparedPoint, ComparedRun } from './compared-run.js';

/** Something that had to be equal and is not. */
export interface Difference {
  /** `machine.kernel`, `mid: clients`, `mid: node.gatherMsMax`. */
  readonly what: string;
  readonly base: string;
  readonly contender: string;
}

export interface Comparability {
  /** With any of these the runs measured different things. */
  readonly differences: readonly Difference[];
  /** Defaults of the node that differ between commits: part of what is compared, and worth knowing. */
  readonly changedDefaults: readonly Difference[];
  /** Points that only one of the runs has. */
  readonly onlyInOne: readonly string[];
}

/** Chosen anew for each cluster, or a place. */
const PLACES = /port$|ports$|directory$|^nodes$/i;
/** Switches that make a node another thing on purpose: never a default that a commit changed. */
const DELIBERATE = /^testing/;
/** The kernel keeps a little more or less of the memory for itself at each start. */
const MEMORY_TOLERANCE = 0.01;

/** Were these two runs made on the same machine, with the same configuration, workload and mode? */
export function comparabilityOf(base: ComparedRun, contender: ComparedRun): Comparability {
  const differences = differing(runFacts(base.run), runFacts(contender.run));
  const [before, after] = [base.run.machine.memoryBytes, contender.run.machine.memoryBytes];
  if (Math.abs(before - after) > MEMORY_TOLERANCE * Math.max(before, after))
    differences.push({ what: 'machine.memoryBytes', base: `${before}`, contender: `${after}` });
  const changedDefaults: Difference[] = [];
  const sameCode =
    base.run.git.commit === contender.run.git.commit && !base.run.git.dirty && !contender.run.git.dirty;
  for (const point of base.points) {
    const other = contender.points.find(({ ref }) => ref.id === point.ref.id);
    if (other === undefined) continue;
    const named = (found: readonly Difference[]): Difference[] =>
      found.map((difference) => ({ ...difference, what: `${point.ref.id}: ${difference.what}` }));
    differences.push(...named(differing(pointFacts(point), pointFacts(other))));
    for (const found of named(differing(nodeFacts(point), nodeFacts(other)))) {
      const isDefault = !sameCode && !DELIBERATE.test(found.what.split('node.')[1] ?? '');
      (isDefault ? changedDefaults : differences).push(found);
    }
  }
  return { differences, changedDefaults, onlyInOne: onlyInOne(base, contender) };
}

/** True when nothing stands against comparing the two. */
export function isComparable(base: ComparedRun, contender: ComparedRun): boolean {
  const { differences, onlyInOne: points } = comparabilityOf(base, contender);
  return differences.length === 0 && points.length < base.points.length + contender.points.length;
}

type Facts = ReadonlyMap<string, string>;

function factsOf(prefix: string, fields: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(fields).map(([name, value]) => [`${prefix}${name}`, text(value)]);
}

function runFacts({ command, mode, machine, cluster, load, versions }: Run): Facts {
  const { memoryBytes: _, ...sameMachine } = machine;
  return new Map([
    ['command', command.split(' ').slice(0, 2).join(' ')],
    ['mode', mode],
    ...factsOf('machine.', sameMachine),
    ...factsOf('cluster.', cluster),
    ...factsOf('load.', load),
    ['versions.nodejs', versions.nodejs ?? 'unknown'],
  ]);
}

/** The load's shape; the seed may differ from repeat to repeat. */
const LOAD_SHAPE = [
  'mode',
  'clients',
  'rate',
  'arrival',
  'durationSeconds',
  'warmupSeconds',
  'reads',
  'keys',
  'distribution',
  'valueBytes',
  'workers',
] as const satisfies readonly (keyof LoadSummary)[];

function pointFacts({ ref, summary }: ComparedPoint): Facts {
  return new Map([
    ['strategy', ref.strategy],
    ['primitive', ref.primitive],
    ['targets', `${summary.targets.length}`],
    ...LOAD_SHAPE.map((name): [string, string] => [name, text(summary[name])]),
  ]);
}

/** Of the node with the lowest id: all of a cluster are configured alike. */
function nodeFacts({ nodes }: ComparedPoint): Facts {
  const config = nodes[0]?.config ?? {};
  return new Map(factsOf('node.', config).filter(([name]) => !PLACES.test(name.slice('node.'.length))));
}

/** In what both of them name: a field that only one knows is a field of another version. */
function differing(base: Facts, contender: Facts): Difference[] {
  return [...base]
    .filter(([what, value]) => contender.has(what) && contender.get(what) !== value)
    .map(([what, value]) => ({ what, base: value, contender: contender.get(what)! }));
}

function onlyInOne(base: ComparedRun, contender: ComparedRun): string[] {
  const [before, after] = [base, contender].map(({ points }) => points.map(({ ref }) => ref.id));
  const missing = [
    ...before!.filter((id) => !after!.includes(id)),
    ...after!.filter((id) => !before!.includes(id)),
  ];
  return missing.sort(compareText);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
