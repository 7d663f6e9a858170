import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Language, pagePath, renderReport, reportPage, reportPath } from '../../analysis/index.js';
import { isLabDirectory, type RunData, readRunDirectory } from '../../results/run-directory.js';
import { labReport } from '../lab/lab-report.js';
import { CliError } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { printJson, printLine } from './output.js';
import { type FormatFlags, REPORT_FORMATS, type ReportFlags, type ReportFormat } from './report-options.js';
import type { ReportSource } from './report-source.js';
import { readRulesFile } from './rules-file.js';
import { verdictOf } from './verdict.js';

/** What one format makes of a rendered report; the document that a reader opens comes first. */
type Writer = (
  rendered: ReadonlyMap<string, string>,
  language: Language,
  source: ReportSource,
) => ReadonlyMap<string, string>;

const WRITERS: Readonly<Record<ReportFormat, Writer>> = {
  md: (rendered) => rendered,
  html: (rendered, language, { sampled }) =>
    new Map([[pagePath(language), reportPage(rendered, sampled, language)]]),
};

interface WrittenReport {
  readonly language: Language;
  readonly format: ReportFormat;
  readonly path: string;
  readonly markdown: string;
}

/** Computes the report of a run directory from its contents and writes it there, once for each language and format, in that order. */
function writeReport(
  directory: string,
  source: ReportSource,
  {
    languages,
    formats,
  }: { readonly languages: readonly Language[]; readonly formats: readonly ReportFormat[] },
): WrittenReport[] {
  return languages.flatMap((language) => {
    const rendered = source.render(language);
    const markdown = rendered.get(reportPath(language))!;
    return formats.map((format) => {
      const files = WRITERS[format](rendered, language, source);
      for (const [name, content] of files) {
        const path = join(directory, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      }
      const [first] = files.keys();
      return { language, format, path: join(directory, first!), markdown };
    });
  });
}

/** Writes the report and prints what a human wants next: the verdict and the path. A history that is not linearizable, or a promise that a power cut broke, is a finding, whatever else there is. */
export function finishRun(
  directory: string,
  { json, lang, rules, format = REPORT_FORMATS }: ReportFlags & FormatFlags,
): number {
  const source = isLabDirectory(directory) ? unruled(directory, rules) : runReport(directory, rules);
  const written = writeReport(directory, source, { languages: lang, formats: format });
  const { path, markdown } = written[0]!;
  const verdict = verdictOf(markdown);
  if (json) {
    const reports = written.map(({ language, format: how, path: where }) => ({
      language,
      format: how,
      path: where,
    }));
    printJson({ run: directory, report: path, reports, verdict, ...source.details });
  } else {
    const paths = written.map((report) => `report: ${shortPath(report.path)}`);
    printLine(`${verdict.join('\n')}\n\n${paths.join('\n')}`);
  }
  return source.exitCode;
}

/** Experiments are judged by the document's figures: rules that nobody reads would be taken for applied. */
function unruled(directory: string, rulesFile: string | undefined): ReportSource {
  if (rulesFile === undefined) return labReport(directory);
  const sentence = `${shortPath(directory)} is a run of the lab, which is judged by the document's figures and not by rules. Leave --rules out.`;
  throw new CliError('STRATA_USAGE', sentence, EXIT.usage);
}

function runReport(directory: string, rulesFile: string | undefined): ReportSource {
  const rules = rulesFile === undefined ? undefined : readRulesFile(rulesFile);
  const data = readRunDirectory(directory);
  return {
    render: (language) => renderReport(data, language, rules),
    exitCode: exitCodeOf(data),
    sampled: data,
  };
}

function exitCodeOf({ points }: RunData): ExitCode {
  if (points.some(({ powerCut }) => powerCut !== null && powerCut.broken.length > 0)) return EXIT.finding;
  const verdicts = points.map(({ summary }) => summary.history?.verdict);
  if (verdicts.includes('not-linearizable')) return EXIT.finding;
  return verdicts.includes('unknown') ? EXIT.unknown : EXIT.done;
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
