import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitWith } from '../lib/exit-with.js';
import { finishRun } from '../lib/report-files.js';

export function reportCommand(): Command {
  return new Command('report')
    .summary('write the report of a run directory again')
    .description(
      'Compute the report of a run directory from its files and write it there. The same files give the same bytes.',
    )
    .argument('<run>', 'run directory')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText('after', '\nExamples:\n  strata report results/20251028-123005-sweep')
    .action(exitWith((run: string, flags: { readonly json: boolean }) => finishRun(resolve(run), flags)));
}
