import { Command } from 'commander';
import { DEFAULT_RULES, DEFAULT_RULES_DOCUMENT, type RuleBook, thresholdText } from '../../analysis/index.js';
import { EXIT, type ExitCode } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printLine, textTable } from '../lib/output.js';
import { readRulesFile } from '../lib/rules-file.js';

interface RulesFlags {
  readonly rules?: string;
  readonly json: boolean;
}

export function rulesCommand(): Command {
  return new Command('rules')
    .summary('print the rules that reports judge by')
    .description(
      'Print every KPI, every cause and every symptom that a report looks for, with its threshold and where that comes from. With --json the table\n' +
        'is the file to start your own rules from: keep the rows that you change, and of a row its id and the fields that differ, then\n' +
        'write reports with strata report RUN --rules FILE. With --rules the table is that of your file, and a wrong file is refused.',
    )
    .option('--rules <file>', 'our rules with the changes of this file')
    .option('--json', 'stdout is the file of rules', false)
    .addHelpText('after', '\nExamples:\n  strata rules\n  strata rules --json > my-rules.json')
    .action(exitWith(rules));
}

function rules({ rules: path, json }: RulesFlags): ExitCode {
  const book = path === undefined ? DEFAULT_RULES : readRulesFile(path);
  if (json) printLine(JSON.stringify(documentOf(book), null, 2));
  else printLine(tableOf(book));
  return EXIT.done;
}

function documentOf(book: RuleBook): unknown {
  return book.changedBy === null
    ? DEFAULT_RULES_DOCUMENT
    : { ...(DEFAULT_RULES_DOCUMENT as object), rules: book.rules };
}

function tableOf({ rules: rows, changedBy }: RuleBook): string {
  const head = ['kind', 'id', 'threshold', 'claims', 'title', 'source'];
  const body = rows.map((rule) => [
    rule.enabled ? rule.kind : 'off',
    changedBy?.ids.includes(rule.id) ? `${rule.id} *` : rule.id,
    thresholdText(rule),
    rule.claims.join(' '),
    rule.title.en,
    rule.source,
  ]);
  return textTable([head, ...body]);
}
