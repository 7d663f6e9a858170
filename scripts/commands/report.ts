import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitWith } from '../lib/exit-with.js';
import { finishRun } from '../lib/report-files.js';
import {
  addFormatOption,
  addReportOptions,
  type FormatFlags,
  type ReportFlags,
} from '../lib/report-options.js';

export function reportCommand(): Command {
  return addFormatOption(addReportOptions(new Command('report')))
    .summary('write the report of a run directory again')
    .description(
      'Compute the report of a run directory from its files and write it there: report.md and report.html in English, report.zh.md and\n' +
        'report.zh.html in Chinese; the page is one file that needs no network. The same files\n' +
        'give the same bytes, and both languages the same numbers. Prints the verdict, in the first language asked for, and the paths.',
    )
    .argument('<run>', 'run directory')
    .option('--rules <file>', 'judge by our rules with the changes of this file (see strata rules)')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata report results/20251028-123005-sweep\n' +
        '  strata report results/20251028-123005-sweep --lang zh\n' +
        '  strata report results/20251028-123005-sweep --lang en,zh\n' +
        '  strata report results/20251028-123005-sweep --rules my-rules.json',
    )
    .action(exitWith((run: string, flags: ReportFlags & FormatFlags) => finishRun(resolve(run), flags)));
}
