import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { writeDocument } from '../../results/run-directory.js';
import { Baseline, type PointRef, Run } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

export type RunHead = Omit<Run, 'schema' | 'id' | 'startedAt' | 'endedAt' | 'points' | 'notMeasured'>;

/**
 * Writes a run directory as the run goes. `run.json` names only points that are complete, and is written anew after each: what
 * an interrupted run leaves behind can still be read and reported.
 */
export class RunWriter {
  readonly directory: string;
  readonly #head: RunHead;
  readonly #startedAt = new Date();
  readonly #points: PointRef[] = [];
  readonly #notMeasured = new Map<string, string>();

  constructor(directory: string, head: RunHead) {
    if (existsSync(directory) && readdirSync(directory).length > 0)
      throw new CliError('STRATA_OUT_NOT_EMPTY', `${directory} is not empty; name a new one.`, EXIT.usage);
    mkdirSync(directory, { recursive: true });
    this.directory = directory;
    this.#head = head;
    this.#write();
  }

  pointDirectory(point: PointRef): string {
    return join(this.directory, 'points', point.id);
  }

  writePoint<Schema extends z.ZodType>(
    point: PointRef,
    name: string,
    schema: Schema,
    document: z.input<Schema>,
  ): void {
    writeDocument(join(this.pointDirectory(point), name), schema, document);
  }

  writePointText(point: PointRef, name: string, text: string): void {
    mkdirSync(this.pointDirectory(point), { recursive: true });
    writeFileSync(join(this.pointDirectory(point), name), text);
  }

  writeBaseline(baseline: Baseline): void {
    writeDocument(join(this.directory, 'baseline.json'), Baseline, baseline);
  }

  /** All files of the point must be there. */
  addPoint(point: PointRef): void {
    this.#points.push(point);
    this.#write();
  }

  /** A gap of this run, with its reason; the same gap is named once. */
  notMeasured(what: string, because: string): void {
    this.#notMeasured.set(what, because);
    this.#write();
  }

  /** A scratch folder on the disk of the run, for clusters; gone after `dropScratch`. */
  scratch(name: string): string {
    const directory = join(this.directory, 'scratch', name);
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  dropScratch(name?: string): void {
    rmSync(join(this.directory, 'scratch', name ?? ''), { recursive: true, force: true });
  }

  #write(): void {
    writeDocument(join(this.directory, 'run.json'), Run, {
      schema: 'strata.run/1',
      id: basename(this.directory),
      ...this.#head,
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      points: this.#points,
      notMeasured: [...this.#notMeasured].map(([what, because]) => ({ what, because })),
    });
  }
}
