import { t } from '../language/language.js';
import type { Difference } from './comparability.js';
import { type ComparedRun, shortCommit } from './compared-run.js';

interface Arms {
  readonly base: readonly ComparedRun[];
  readonly contender: readonly ComparedRun[];
}

/** What a reader has to know before believing the rows, a sentence each. */
export function comparisonNotes(arms: Arms, changedDefaults: readonly Difference[]): string[] {
  const notes: string[] = [];
  if (changedDefaults.length > 0) {
    const list = changedDefaults
      .map(({ what, base, contender }) => `${what} ${base} → ${contender}`)
      .join(', ');
    notes.push(
      t`Defaults of the nodes changed between the commits and are part of what is compared: ${list}.`,
    );
  }
  for (const runs of [arms.base, arms.contender]) {
    const commits = [...new Set(runs.map(({ run }) => shortCommit(run) ?? '?'))];
    if (commits.length > 1)
      notes.push(
        t`One side holds runs of several commits: ${commits.join(', ')}. What differs between them counts as noise.`,
      );
  }
  if (oneAfterTheOther(arms))
    notes.push(
      t`All runs of one side ended before the first of the other began, so a drift of the machine in between would look like a change: \`strata repeat\` takes both in turns.`,
    );
  return notes;
}

function oneAfterTheOther({ base, contender }: Arms): boolean {
  if (base.length < 2 || contender.length < 2) return false;
  const before = (first: readonly ComparedRun[], second: readonly ComparedRun[]): boolean =>
    first.every(({ run }) => second.every((later) => run.endedAt <= later.run.startedAt));
  return before(base, contender) || before(contender, base);
}
