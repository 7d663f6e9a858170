import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import {
  Baseline,
  Capture,
  DiskWindow,
  Durability,
  LabExperiment,
  LabRun,
  LoadSummary,
  NodeEvents,
  NodeWindow,
  type PointRef,
  PowerCut,
  ProbePass,
  RecordingCost,
  Run,
  Stages,
} from './schema/index.js';

/** A run directory does not hold what its schema says. */
export class RunDirectoryError extends Error {
  readonly code = 'STRATA_RUN_INVALID';
}

export interface PassData {
  readonly pass: ProbePass;
  readonly captures: readonly Capture[];
}

/** The captures of one kind: `capturesOf(pass, 'strata.cpu/1')`. */
export function capturesOf<Schema extends Capture['schema']>(
  pass: PassData,
  schema: Schema,
): Extract<Capture, { schema: Schema }>[] {
  return pass.captures.filter(
    (capture): capture is Extract<Capture, { schema: Schema }> => capture.schema === schema,
  );
}

export interface PointData {
  readonly ref: PointRef;
  readonly summary: LoadSummary;
  readonly stages: Stages | null;
  readonly nodes: readonly NodeWindow[];
  /** What the nodes remember of the window: elections, and what could explain them. */
  readonly events: readonly NodeEvents[];
  readonly passes: readonly PassData[];
  readonly durability: Durability | null;
  readonly powerCut: PowerCut | null;
  readonly disk: DiskWindow | null;
  /** What recording a history costs; null where it was not measured. */
  readonly recording: RecordingCost | null;
}

/** Everything a report is computed from. */
export interface RunData {
  readonly run: Run;
  readonly baseline: Baseline | null;
  readonly points: readonly PointData[];
}

/** Reads and checks a whole run directory; the first thing that is not as its schema says is an error naming file and field. */
export function readRunDirectory(directory: string): RunData {
  const run = readDocument(join(directory, 'run.json'), Run);
  return {
    run,
    baseline: readOptional(join(directory, 'baseline.json'), Baseline),
    points: run.points.map((ref) => readPoint(join(directory, 'points', ref.id), ref)),
  };
}

/** Everything a report of the lab is computed from. */
export interface LabData {
  readonly run: LabRun;
  readonly experiments: readonly LabExperiment[];
}

/** A run directory of the lab rather than of a load. */
export function isLabDirectory(directory: string): boolean {
  const path = join(directory, 'run.json');
  if (!existsSync(path)) return false;
  const document = readJson(path) as { readonly schema?: unknown } | null;
  return document?.schema === 'strata.lab-run/1';
}

export function readLabDirectory(directory: string): LabData {
  const run = readDocument(join(directory, 'run.json'), LabRun);
  return {
    run,
    experiments: run.experiments.map((id) =>
      readDocument(join(directory, 'lab', `${id}.json`), LabExperiment),
    ),
  };
}

function readPoint(directory: string, ref: PointRef): PointData {
  return {
    ref,
    summary: readDocument(join(directory, 'summary.json'), LoadSummary),
    stages: readOptional(join(directory, 'stages.json'), Stages),
    nodes: listJson(join(directory, 'nodes')).map((path) => readDocument(path, NodeWindow)),
    events: listJson(join(directory, 'events')).map((path) => readDocument(path, NodeEvents)),
    passes: ref.passes.map((name) => {
      if (isInsideFolder(name)) return readPass(join(directory, 'passes', name));
      throw new RunDirectoryError(
        `run.json: field points: pass ${name} of ${ref.id} leads out of the point.`,
      );
    }),
    durability: readOptional(join(directory, 'durability.json'), Durability),
    powerCut: readOptional(join(directory, 'power-cut.json'), PowerCut),
    disk: readOptional(join(directory, 'disk.json'), DiskWindow),
    recording: readOptional(join(directory, 'recording.json'), RecordingCost),
  };
}

function readPass(directory: string): PassData {
  const pass = readDocument(join(directory, 'pass.json'), ProbePass);
  const captures = pass.captures.map((name) => {
    if (isInsideFolder(name)) return readCapture(join(directory, name));
    throw new RunDirectoryError(
      `${join(directory, 'pass.json')}: field captures: ${name} leads out of the pass.`,
    );
  });
  return { pass, captures };
}

/** Values of `schema` that this build reads. */
export const KNOWN_CAPTURES: ReadonlySet<unknown> = new Set(
  Capture.options.flatMap((option) => [...option.shape.schema.values]),
);

/** One parsed document of a probe, whichever it is. */
export function readCapture(path: string): Capture {
  const document = readJson(path);
  const schema = (document as { schema?: unknown } | null)?.schema;
  if (!KNOWN_CAPTURES.has(schema)) {
    throw new RunDirectoryError(
      `${path}: field schema is ${JSON.stringify(schema)}, which this build does not read.`,
    );
  }
  return check(path, document, Capture);
}

/** Writes one document of a run directory, checked against its schema first. */
export function writeDocument<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  document: z.input<Schema>,
): void {
  check(path, document, schema);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${render(document)}\n`);
}

/** Indented, but with what holds no further object or list on one line: a histogram's bucket or a sample is read as a row. */
function render(document: unknown): string {
  const leaf = /[[{]\n[^[\]{}]*\n *[\]}]/g;
  return JSON.stringify(document, null, 1).replace(leaf, (text) => text.replace(/\n */g, ' '));
}

export function readDocument<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  return check(path, readJson(path), schema);
}

function readOptional<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> | null {
  return existsSync(path) ? readDocument(path, schema) : null;
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new RunDirectoryError(
      `${path} cannot be read: ${(error as Error).message}. Is this a run directory?`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunDirectoryError(`${path} is not JSON: ${(error as Error).message}.`);
  }
}

function check<Schema extends z.ZodType>(path: string, document: unknown, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined ? '' : issue.path.join('.');
  throw new RunDirectoryError(
    `${path}: field ${field || '(root)'}: ${issue?.message ?? 'does not fit its schema'}.`,
  );
}

/** A run directory may come from a stranger: names in it must not point anywhere else. */
export function isInsideFolder(name: string): boolean {
  return name !== '' && !name.startsWith('/') && !name.split(/[/\\]/).includes('..');
}

/** Sorted, so that a report does not depend on the order of a directory. */
function listJson(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(directory, name));
}
