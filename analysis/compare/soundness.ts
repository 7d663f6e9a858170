import { recorded, t } from '../language/language.js';
import { ERROR_SHARE_MAX } from '../report/facts.js';
import { percent } from '../tables/format.js';
import type { ComparedRun } from './compared-run.js';

/** Why a point judges nobody: the load failed its own audit in one of the runs. Null when all of them are sound. */
export function unsoundBecause(runs: readonly ComparedRun[], point: string): string | null {
  for (const { name, points } of runs) {
    const summary = points.find(({ ref }) => ref.id === point)?.summary;
    if (summary === undefined) continue;
    const { total, ok } = summary.operations;
    if (total === 0) return t`no request ended in run ${name}`;
    const failed = (total - ok) / total;
    if (failed > ERROR_SHARE_MAX)
      return t`${percent(failed)} of the requests of run ${name} failed (limit ${percent(ERROR_SHARE_MAX)})`;
    if (summary.audit.verdict === 'suspect')
      return t`the load generator's own audit of run ${name} is suspect: ${summary.audit.reasons
        .map(recorded)
        .join(t` `)
        .replace(/[.。]$/, '')}`;
  }
  return null;
}
