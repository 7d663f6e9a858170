import { renderLabReport } from '../../analysis/index.js';
import { readLabDirectory } from '../../results/run-directory.js';
import { EXIT } from '../lib/exit-codes.js';
import type { ReportSource } from '../lib/report-source.js';

/**
 * The report of a run of the lab. A figure of the document that is refuted is what was asked for, and no finding against the project; an experiment that failed or
 * was interrupted leaves its question without a verdict.
 */
export function labReport(directory: string): ReportSource {
  const data = readLabDirectory(directory);
  const unanswered = data.experiments.some(({ state }) => state === 'failed' || state === 'interrupted');
  return {
    render: (language) => renderLabReport(data, language),
    exitCode: unanswered ? EXIT.unknown : EXIT.done,
    sampled: null,
  };
}
