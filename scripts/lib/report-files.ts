import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Language, renderReport, reportPath } from '../../analysis/index.js';
import { isLabDirectory, type RunData, readRunDirectory } from '../../results/run-directory.js';
import { labReport } from '../lab/lab-report.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { printJson, printLine } from './output.js';
import type { ReportFlags } from './report-options.js';
import type { ReportSource } from './report-source.js';
import { verdictOf } from './verdict.js';

export type ReportFormat = 'md';

/** What one format makes of a rendered report; the document that a reader opens comes first. */
type Writer = (rendered: ReadonlyMap<string, string>, language: Language) => ReadonlyMap<string, string>;

const WRITERS: Readonly<Record<ReportFormat, Writer>> = {
  md: (rendered) => rendered,
};

interface WrittenReport {
  readonly language: Language;
  readonly path: string;
  readonly markdown: string;
}

/** Computes the report of a run directory from its contents and writes it there, once for each language and format, in that order. */
function writeReport(
  directory: string,
  render: (language: Language) => ReadonlyMap<string, string>,
  {
    languages,
    formats,
  }: { readonly languages: readonly Language[]; readonly formats: readonly ReportFormat[] },
): WrittenReport[] {
  return languages.flatMap((language) => {
    const rendered = render(language);
    const markdown = rendered.get(reportPath(language))!;
    return formats.map((format) => {
      const files = WRITERS[format](rendered, language);
      for (const [name, content] of files) {
        const path = join(directory, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      }
      const [first] = files.keys();
      return { language, path: join(directory, first!), markdown };
    });
  });
}

/** Writes the report and prints what a human wants next: the verdict and the path. A history that is not linearizable, or a promise that a power cut broke, is a finding, whatever else there is. */
export function finishRun(directory: string, { json, lang }: ReportFlags): number {
  const { render, exitCode } = isLabDirectory(directory) ? labReport(directory) : runReport(directory);
  const written = writeReport(directory, render, { languages: lang, formats: ['md'] });
  const { path, markdown } = written[0]!;
  const verdict = verdictOf(markdown);
  if (json) {
    const reports = written.map((report) => ({ language: report.language, path: report.path }));
    printJson({ run: directory, report: path, reports, verdict });
  } else {
    const paths = written.map((report) => `report: ${shortPath(report.path)}`);
    printLine(`${verdict.join('\n')}\n\n${paths.join('\n')}`);
  }
  return exitCode;
}

function runReport(directory: string): ReportSource {
  const data = readRunDirectory(directory);
  return { render: (language) => renderReport(data, language), exitCode: exitCodeOf(data) };
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
