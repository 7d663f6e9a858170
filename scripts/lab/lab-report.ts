import { judgeLab, renderLabReport } from '../../analysis/index.js';
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
    details: { experiments: judgeLab(data).map(outcomeOf) },
    sampled: null,
  };
}

function outcomeOf({ experiment, effects }: ReturnType<typeof judgeLab>[number]) {
  const { id, state, because } = experiment;
  return {
    id,
    state,
    because,
    effects: effects.map(({ metric, arm, against, estimate, interval, pAdjusted, claim, verdict }) => ({
      metric: metric.name,
      scale: metric.scale,
      arm,
      against,
      estimate,
      interval,
      p: pAdjusted,
      claimed: claim === null ? null : { low: claim.low, high: claim.high },
      verdict,
    })),
  };
}
