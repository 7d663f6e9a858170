import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { isInsideFolder, KNOWN_CAPTURES, RunDirectoryError, readDocument } from './run-directory.js';
import {
  Baseline,
  Capture,
  DiskWindow,
  Durability,
  type HistoryCheck,
  LoadSummary,
  NodeEvents,
  NodeWindow,
  PowerCut,
  ProbePass,
  RecordingCost,
  Run,
  Stages,
} from './schema/index.js';

export interface RunDirectoryCheck {
  readonly ok: boolean;
  /** One sentence a problem, each naming the file. */
  readonly problems: readonly string[];
}

/**
 * Looks at every document of a run directory and gives all problems, where `readRunDirectory` stops at the first. Beyond the schemas it
 * checks what ties the files together: points and passes that exist on one side only, raw captures that are named and not there.
 */
export function checkRunDirectory(directory: string): RunDirectoryCheck {
  const problems: string[] = [];
  const run = tryRead(join(directory, 'run.json'), Run, problems);
  optional(join(directory, 'baseline.json'), Baseline, problems);
  if (run !== null) {
    const ids = run.points.map((point) => point.id);
    const runPath = join(directory, 'run.json');
    if (run.points.length === 0) problems.push(`${runPath}: field points: a run holds at least one point.`);
    for (const id of duplicates(ids)) problems.push(`${runPath}: field points: two points are called ${id}.`);
    for (const point of run.points) checkPoint(join(directory, 'points', point.id), point.passes, problems);
    for (const name of folders(join(directory, 'points'))) {
      if (!ids.includes(name))
        problems.push(`${join(directory, 'points', name)} is not a point of run.json.`);
    }
  }
  return { ok: problems.length === 0, problems };
}

function checkPoint(directory: string, passes: readonly string[], problems: string[]): void {
  const summary = tryRead(join(directory, 'summary.json'), LoadSummary, problems);
  if (summary?.history != null) checkHistoryFiles(directory, summary.history, problems);
  optional(join(directory, 'stages.json'), Stages, problems);
  optional(join(directory, 'durability.json'), Durability, problems);
  optional(join(directory, 'power-cut.json'), PowerCut, problems);
  optional(join(directory, 'disk.json'), DiskWindow, problems);
  optional(join(directory, 'recording.json'), RecordingCost, problems);
  for (const name of files(join(directory, 'nodes'))) {
    const path = join(directory, 'nodes', name);
    const node = tryRead(path, NodeWindow, problems);
    if (node !== null && name !== `${node.node}.json`) {
      problems.push(`${path}: field node is ${node.node}, and the file is called ${name}.`);
    }
  }
  for (const name of files(join(directory, 'events'))) {
    const path = join(directory, 'events', name);
    const events = tryRead(path, NodeEvents, problems);
    if (events !== null && name !== `${events.node}.json`)
      problems.push(`${path}: field node is ${events.node}, and the file is called ${name}.`);
  }
  for (const name of passes) {
    if (isInsideFolder(name)) checkPass(join(directory, 'passes', name), problems);
    else problems.push(`run.json: field points: pass ${name} leads out of ${directory}.`);
  }
  for (const name of folders(join(directory, 'passes'))) {
    if (!passes.includes(name))
      problems.push(`${join(directory, 'passes', name)} is not a pass of run.json.`);
  }
}

/** A verdict without the history that it is about cannot be checked again. */
function checkHistoryFiles(
  directory: string,
  { file, counterexample }: HistoryCheck,
  problems: string[],
): void {
  for (const name of [file, counterexample]) {
    if (name === null) continue;
    const path = join(directory, 'summary.json');
    if (!isInsideFolder(name)) problems.push(`${path}: field history: ${name} leads out of the point.`);
    else if (!existsSync(join(directory, name)))
      problems.push(`${path}: field history: ${name} does not exist.`);
  }
}

function checkPass(directory: string, problems: string[]): void {
  const pass = tryRead(join(directory, 'pass.json'), ProbePass, problems);
  for (const name of pass?.captures ?? []) checkCapture(directory, name, problems);
}

function checkCapture(directory: string, name: string, problems: string[]): void {
  const path = join(directory, name);
  if (!isInsideFolder(name)) {
    problems.push(`${join(directory, 'pass.json')}: field captures: ${name} leads out of the pass.`);
    return;
  }
  let document: { readonly schema?: unknown } | null;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    problems.push(`${path} cannot be read as JSON: ${(error as Error).message}.`);
    return;
  }
  if (!KNOWN_CAPTURES.has(document?.schema)) {
    problems.push(
      `${path}: field schema is ${JSON.stringify(document?.schema)}, which this build does not read.`,
    );
    return;
  }
  const capture = tryRead(path, Capture, problems);
  for (const raw of capture?.raw ?? []) {
    if (!isInsideFolder(raw)) problems.push(`${path}: field raw: ${raw} leads out of the pass.`);
    else if (!existsSync(join(directory, raw))) problems.push(`${path}: field raw: ${raw} does not exist.`);
  }
}

function optional(path: string, schema: z.ZodType, problems: string[]): void {
  if (existsSync(path)) tryRead(path, schema, problems);
}

function tryRead<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  problems: string[],
): z.output<Schema> | null {
  try {
    return readDocument(path, schema);
  } catch (error) {
    if (!(error instanceof RunDirectoryError)) throw error;
    problems.push(error.message);
    return null;
  }
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].sort();
}

function folders(directory: string): readonly string[] {
  return entries(directory).filter((name) => statSync(join(directory, name)).isDirectory());
}

function files(directory: string): readonly string[] {
  return entries(directory).filter((name) => name.endsWith('.json'));
}

function entries(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
