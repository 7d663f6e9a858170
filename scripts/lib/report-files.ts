import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { renderReport } from '../../analysis/index.js';
import { type RunData, readRunDirectory } from '../../results/run-directory.js';
import { EXIT } from './exit-codes.js';
import { printJson, printLine } from './output.js';
import { verdictOf } from './verdict.js';

/** Computes the report of a run directory from its contents and writes it there. Gives the files by name. */
function writeReport(directory: string, data: RunData): ReadonlyMap<string, string> {
  const files = renderReport(data);
  for (const [name, content] of files) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return files;
}

/** Writes the report and prints what a human wants next: the verdict and the path. A history that is not linearizable, or a promise that a power cut broke, is a finding, whatever else there is. */
export function finishRun(directory: string, { json }: { readonly json: boolean }): number {
  const data = readRunDirectory(directory);
  const files = writeReport(directory, data);
  const report = join(directory, 'report.md');
  const verdict = verdictOf(files.get('report.md') ?? '');
  if (json) printJson({ run: directory, report, verdict });
  else printLine(`${verdict.join('\n')}\n\nreport: ${shortPath(report)}`);
  return exitCodeOf(data);
}

function exitCodeOf({ points }: RunData): number {
  if (points.some(({ powerCut }) => powerCut !== null && powerCut.broken.length > 0)) return EXIT.finding;
  const verdicts = points.map(({ summary }) => summary.history?.verdict);
  if (verdicts.includes('not-linearizable')) return EXIT.finding;
  return verdicts.includes('unknown') ? EXIT.unknown : EXIT.done;
}

function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
