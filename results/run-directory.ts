import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import {
  Baseline,
  CpuCapture,
  Durability,
  LoadSummary,
  NodeWindow,
  type PointRef,
  ProbePass,
  Run,
  Stages,
  SyscallCapture,
} from './schema/index.js';

/** A run directory does not hold what its schema says. */
export class RunDirectoryError extends Error {
  readonly code = 'STRATA_RUN_INVALID';
}

export interface PassData {
  readonly pass: ProbePass;
  readonly cpu: readonly CpuCapture[];
  readonly syscalls: readonly SyscallCapture[];
}

export interface PointData {
  readonly ref: PointRef;
  readonly summary: LoadSummary;
  readonly stages: Stages | null;
  readonly nodes: readonly NodeWindow[];
  readonly passes: readonly PassData[];
  readonly durability: Durability | null;
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

function readPoint(directory: string, ref: PointRef): PointData {
  return {
    ref,
    summary: readDocument(join(directory, 'summary.json'), LoadSummary),
    stages: readOptional(join(directory, 'stages.json'), Stages),
    nodes: listJson(join(directory, 'nodes')).map((path) => readDocument(path, NodeWindow)),
    passes: ref.passes.map((name) => readPass(join(directory, 'passes', name))),
    durability: readOptional(join(directory, 'durability.json'), Durability),
  };
}

function readPass(directory: string): PassData {
  const pass = readDocument(join(directory, 'pass.json'), ProbePass);
  const cpu: CpuCapture[] = [];
  const syscalls: SyscallCapture[] = [];
  for (const name of pass.captures) {
    const path = join(directory, name);
    const document = readJson(path);
    const schema = (document as { schema?: unknown } | null)?.schema;
    if (schema === 'strata.cpu/1') cpu.push(check(path, document, CpuCapture));
    else if (schema === 'strata.syscalls/1') syscalls.push(check(path, document, SyscallCapture));
    else
      throw new RunDirectoryError(
        `${path}: field schema is ${JSON.stringify(schema)}, which this build does not read.`,
      );
  }
  return { pass, cpu, syscalls };
}

/** Writes one document of a run directory, checked against its schema first. */
export function writeDocument<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  document: z.input<Schema>,
): void {
  check(path, document, schema);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(document, null, 1)}\n`);
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

/** Sorted, so that a report does not depend on the order of a directory. */
function listJson(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(directory, name));
}
