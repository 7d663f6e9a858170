import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitWith } from '../lib/exit-with.js';
import { finishRun } from '../lib/report-files.js';
import { addReportOptions, type ReportFlags } from '../lib/report-options.js';

export function reportCommand(): Command {
  return addReportOptions(new Command('report'))
    .summary('write the report of a run directory again')
    .description(
      'Compute the report of a run directory from its files and write it there: report.md in English, report.zh.md in Chinese. The same files\n' +
        'give the same bytes, and both languages the same numbers. Prints the verdict, in the first language asked for, and the paths.',
    )
    .argument('<run>', 'run directory')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata report results/20251028-123005-sweep\n' +
        '  strata report results/20251028-123005-sweep --lang zh\n' +
        '  strata report results/20251028-123005-sweep --lang en,zh',
    )
    .action(exitWith((run: string, flags: ReportFlags) => finishRun(resolve(run), flags)));
}
