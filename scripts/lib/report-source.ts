import type { Language } from '../../analysis/index.js';
import type { RunData } from '../../results/run-directory.js';
import type { ExitCode } from './exit-codes.js';

/** What the files of a run give: its report in a language, path → text, and what the exit code says of it. */
export interface ReportSource {
  readonly render: (language: Language) => ReadonlyMap<string, string>;
  readonly exitCode: ExitCode;
  /** Whose flamegraphs the page of the report holds; null where none were taken. */
  readonly sampled: RunData | null;
  /** What `--json` says besides the verdict's sentences. */
  readonly details?: Readonly<Record<string, unknown>>;
}
