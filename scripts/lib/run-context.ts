import { renderProgress, runLoad } from '../../loadgen/index.js';
import type { LoadOptions, LoadResult } from '../../loadgen/options.js';
import type { LoadSettings } from './load-settings.js';
import type { Level, SweepTimes } from './plan.js';
import type { Progress } from './progress.js';
import type { RunWriter } from './run-writer.js';

/** What every part of a run needs. */
export interface RunContext {
  readonly writer: RunWriter;
  readonly settings: LoadSettings;
  readonly times: SweepTimes;
  readonly levels: readonly Level[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Every measured pass records a history and has it checked. */
  readonly verify: boolean;
}

/** Adds the status line of the terminal and Ctrl-C to a load. */
export function watchedLoad(context: RunContext, what: string, load: LoadOptions): LoadOptions {
  return {
    ...load,
    signal: context.signal,
    onProgress: (progress) => context.progress.status(`${what} · ${renderProgress(progress)}`),
  };
}

/** A load whose only purpose is its throughput. */
export async function plainPass(context: RunContext, what: string, load: LoadOptions): Promise<LoadResult> {
  const result = await runLoad(watchedLoad(context, what, load));
  context.signal.throwIfAborted();
  return result;
}
