import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { LabExperiment, LabRun } from '../../results/schema/index.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';

export type LabHead = Omit<LabRun, 'schema' | 'id' | 'startedAt' | 'endedAt' | 'experiments' | 'notMeasured'>;

/**
 * Writes the run directory of the lab as it goes: `lab/<id>.json` after every round, then `run.json`, so that what an interrupted run leaves behind can be read and
 * reported.
 */
export class LabWriter {
  readonly directory: string;
  readonly #head: LabHead;
  readonly #startedAt = new Date();
  readonly #experiments: string[] = [];
  readonly #notMeasured: LabRun['notMeasured'] = [];

  /** @throws CliError when the directory holds something already. */
  constructor(directory: string, head: LabHead) {
    if (existsSync(directory) && readdirSync(directory).length > 0)
      throw new CliError('STRATA_OUT_NOT_EMPTY', `${directory} is not empty; name a new one.`, EXIT.usage);
    mkdirSync(directory, { recursive: true });
    this.directory = directory;
    this.#head = head;
    this.#write();
  }

  /** Takes what is known of an experiment in place of what was known before. */
  write(experiment: LabExperiment): void {
    writeDocument(join(this.directory, 'lab', `${experiment.id}.json`), LabExperiment, experiment);
    if (!this.#experiments.includes(experiment.id)) this.#experiments.push(experiment.id);
    this.#write();
  }

  notMeasured(what: string, because: string): void {
    this.#notMeasured.push({ what, because });
    this.#write();
  }

  /** An empty folder on the disk of the run; gone after `dropScratch`. */
  scratch(name: string): string {
    const directory = join(this.directory, 'scratch', name);
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  dropScratch(): void {
    rmSync(join(this.directory, 'scratch'), { recursive: true, force: true });
  }

  #write(): void {
    writeDocument(join(this.directory, 'run.json'), LabRun, {
      schema: 'strata.lab-run/1',
      id: basename(this.directory),
      ...this.#head,
      startedAt: this.#startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      experiments: [...this.#experiments],
      notMeasured: [...this.#notMeasured],
    });
  }
}
