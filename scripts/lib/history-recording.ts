import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defaultHistory } from '../../loadgen/index.js';
import type { LoadOptions } from '../../loadgen/options.js';
import { CliError } from './cli-error.js';

/** The file that the history of one load goes to while the load runs. What a load that was called off leaves behind is a history whose last operations are open. */
export class HistoryRecording {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = orUnwritable(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'w');
    });
  }

  /** Beside the history, so that both are found together. */
  get counterexamplePath(): string {
    return join(dirname(this.path), `${basename(this.path, '.jsonl')}.counterexample.txt`);
  }

  /** The same load, with a share of its operations recorded here. */
  of(load: LoadOptions): LoadOptions {
    const onHistory = (lines: string) =>
      orUnwritable(this.path, () => writeFileSync(this.#descriptor, lines));
    return { ...load, history: defaultHistory, onHistory };
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function orUnwritable<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const sentence = `The history cannot be written to ${path}: ${(error as Error).message}.`;
    throw new CliError('STRATA_HISTORY_UNWRITABLE', sentence);
  }
}
