import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ComparedPoint, type ComparedRun, identity } from '../../analysis/compare/index.js';
import { RunDirectoryError, readDocument, writeDocument } from '../../results/run-directory.js';
import { LoadSummary, NodeWindow, type PointRef, Run } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { folderEntries } from './folder-entries.js';
import { timeStamp } from './plan.js';

/** Bounds of what a folder may hold: beyond them it is no folder of runs. */
const RUNS_MAX = 2_000;
const NODES_MAX = 64;
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;

/** `onIncomplete` hears of folders whose run ended before its first point was measured. */
export type OnIncomplete = (directory: string) => void;

/**
 * The runs of a list of paths, each a run directory or a folder whose subfolders are run directories. Reads the measured passes only, not what the probes left.
 * @throws CliError when a path holds no run, or more than two thousand.
 * @throws RunDirectoryError for the first document that is not as its schema says.
 */
export function readRuns(paths: readonly string[], onIncomplete: OnIncomplete): ComparedRun[] {
  const directories = paths.flatMap(runDirectories);
  if (directories.length > RUNS_MAX)
    throw new CliError(
      'STRATA_RUNS_TOO_MANY',
      `${directories.length} runs are more than ${RUNS_MAX}; name fewer.`,
      EXIT.usage,
    );
  const runs = directories.map(readRun);
  for (const [at, { points }] of runs.entries()) if (points.length === 0) onIncomplete(directories[at]!);
  const complete = runs.filter(({ points }) => points.length > 0);
  if (complete.length > 0 || paths.length === 0) return complete;
  throw new CliError(
    'STRATA_RUNS_NONE',
    `${paths.join(', ')} holds no run with a measured point.`,
    EXIT.unknown,
  );
}

function runDirectories(path: string): string[] {
  const directory = resolve(path);
  if (existsSync(join(directory, 'run.json'))) return [directory];
  const inside =
    existsSync(directory) && statSync(directory).isDirectory() ? readdirSync(directory).sort() : [];
  const runs = inside.map((name) => join(directory, name)).filter((it) => existsSync(join(it, 'run.json')));
  if (runs.length > 0) return runs;
  const sentence = `${path} is no run directory, and no folder of run directories: there is no run.json in it or right below.`;
  throw new CliError('STRATA_RUNS_NONE', sentence, EXIT.unknown);
}

function readRun(directory: string): ComparedRun {
  const run = readBounded(join(directory, 'run.json'), Run);
  const points = run.points.map((ref) => readPoint(join(directory, 'points', ref.id), ref));
  return { name: basename(directory), run, points };
}

function readPoint(directory: string, ref: PointRef): ComparedPoint {
  const folder = join(directory, 'nodes');
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
  if (names.length > NODES_MAX)
    throw new RunDirectoryError(`${folder}: ${names.length} nodes are more than ${NODES_MAX}.`);
  return {
    ref,
    summary: readBounded(join(directory, 'summary.json'), LoadSummary),
    nodes: names.map((name) => readBounded(join(folder, name), NodeWindow)),
  };
}

function readBounded<Schema extends Parameters<typeof readDocument>[1]>(path: string, schema: Schema) {
  const bytes = existsSync(path) ? statSync(path).size : 0;
  if (bytes > DOCUMENT_BYTES_MAX)
    throw new RunDirectoryError(`${path}: ${bytes} bytes are more than ${DOCUMENT_BYTES_MAX}.`);
  return readDocument(path, schema);
}

const PROBES_LEFT_OUT = {
  what: 'passes of the probes, traced requests and journals',
  because: 'a baseline keeps what comparisons read; the run itself had the rest',
};

/**
 * Adds the measured passes of runs to a folder of baselines, each a run directory of its own, named by time and commit. A run that is there already is left
 * as it is. Gives the new folders.
 */
export function saveBaseline(folder: string, runs: readonly ComparedRun[]): string[] {
  const stored = folderEntries(folder).length > 0 ? readStored(folder) : [];
  const known = new Set(stored.map(identity));
  return runs.filter((run) => !known.has(identity(run))).map((run) => saveRun(folder, run));
}

/** The runs of a folder of baselines; none of a folder that is empty or not there yet. */
export function readStored(folder: string): ComparedRun[] {
  const isEmpty = !folderEntries(folder).some((name) => existsSync(join(folder, name, 'run.json')));
  return isEmpty ? [] : readRuns([folder], () => {});
}

function saveRun(folder: string, { run, points, name }: ComparedRun): string {
  const commit = run.git.commit?.slice(0, 7) ?? 'uncommitted';
  const id = `${timeStamp(new Date(run.startedAt))}-${commit}-${name.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 80)}`;
  const directory = join(folder, id);
  for (const { ref, summary, nodes } of points) {
    const point = join(directory, 'points', ref.id);
    writeDocument(join(point, 'summary.json'), LoadSummary, summary);
    for (const node of nodes) writeDocument(join(point, 'nodes', `${node.node}.json`), NodeWindow, node);
  }
  // Last: until it is there the folder is no run, so one that was cut off is never compared with.
  writeDocument(join(directory, 'run.json'), Run, {
    ...run,
    points: run.points.map((ref) => ({ ...ref, passes: [] })),
    notMeasured: [...run.notMeasured, PROBES_LEFT_OUT],
  });
  return directory;
}
