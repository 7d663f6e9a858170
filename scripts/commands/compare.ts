import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  COMPARE_DEFAULTS,
  type ComparedRun,
  compareRuns,
  comparisonMarkdown,
  comparisonText,
  HISTORY_DEFAULTS,
  historyMarkdown,
  historyText,
  METRICS,
  type Metric,
  newestBaseline,
  type RunComparison,
  runHistory,
} from '../../analysis/compare/index.js';
import { inLanguage, LANGUAGES, type Language } from '../../analysis/language/language.js';
import { InvalidNumbersError } from '../../analysis/statistics/invalid-numbers.js';
import { CliError } from '../lib/cli-error.js';
import { readRuns, readStored, saveBaseline } from '../lib/compared-runs.js';
import { EXIT, type ExitCode } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printLine } from '../lib/output.js';
import { parseShare, splitList } from '../lib/parse.js';

type Print = (text: string) => void;

interface CompareFlags {
  readonly baseline?: string;
  readonly save?: string;
  readonly history?: string;
  readonly threshold?: number;
  readonly alpha: number;
  readonly metrics?: readonly Metric[];
  readonly force: boolean;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly lang: Language;
}

/** `print` gets the result, one piece with its last line break left out. */
export function compareCommand(print: Print = printLine): Command {
  return new Command('compare')
    .summary('tell whether a version is slower than another')
    .description(
      'Compare runs of two versions. BASE and NEW are run directories, folders of run directories (repeats), or several of either, comma\n' +
        'separated; the unit is the run. For each level and metric: medians with intervals, the change, the Hodges-Lehmann shift, an exact\n' +
        'Mann-Whitney p, adjusted for all rows after Holm, the noise floor of the repeats, and the change that would have been found.\n' +
        'A ~ is a change that cannot be told from chance. One run on each side says nothing: `strata repeat` makes the repeats.\n' +
        'Exit code 1 on a regression beyond the threshold and the noise; 3 when machines, configurations or workloads differ, and when no\n' +
        'row could have been told.\n\n' +
        'A folder of baselines: --save adds runs to it, --baseline compares with the newest commit in it that was measured alike, --history\n' +
        'tells when each metric changed and with which commit (exit code 1 when some last change was for the worse). With both --baseline\n' +
        'and --save the first runs of a machine, a configuration and a workload are saved without a comparison: exit code 0.',
    )
    .argument('[base]', 'run directory, folder of them, or a comma separated list')
    .argument('[new]', 'the same, for the version in question')
    .option('--baseline <dir>', 'take the base from this folder; the only argument is NEW')
    .option('--save <dir>', 'add NEW to this folder, after comparing it when there is a base')
    .option('--history <dir>', 'change points over all runs of this folder; takes no argument')
    .option(
      '--threshold <share>',
      'a regression is larger than this: 5% or 0.05 (default: 5%; --history: 0)',
      parsePercent,
    )
    .option(
      '--alpha <share>',
      'chance of calling nothing a change, over all rows',
      parseShare,
      COMPARE_DEFAULTS.alpha,
    )
    .option(
      '--metrics <list>',
      `only these, chosen before looking: fewer rows need fewer repeats (${METRICS.map(({ id }) => id).join(', ')})`,
      parseMetrics,
    )
    .option('--force', 'compare runs that differ in machine or configuration, marked as such', false)
    .option('--json', 'stdout is one JSON document', false)
    .option('--markdown', 'stdout is a comment for a pull request', false)
    .addOption(new Option('--lang <language>', 'of the text').choices([...LANGUAGES]).default('en'))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata repeat --times 8 --out results/ab --arm base=../main --arm new=. -- sweep --quick --probes none\n' +
        '  strata compare results/ab/base results/ab/new --threshold 5%\n' +
        '  strata compare --save baselines results/ab/base\n' +
        '  strata compare --baseline baselines results/ab/new --markdown > comment.md\n' +
        '  strata compare --history baselines',
    )
    .action(
      exitWith((base: string | undefined, next: string | undefined, flags: CompareFlags) =>
        compare(base, next, flags, print),
      ),
    );
}

function compare(
  first: string | undefined,
  second: string | undefined,
  flags: CompareFlags,
  print: Print,
): number {
  if (flags.json && flags.markdown) throw usage('Choose one of --json and --markdown.');
  if (!(flags.alpha > 0 && flags.alpha < 1)) throw usage('--alpha lies between 0 and 1, without either.');
  if (flags.history !== undefined) {
    if (first !== undefined || flags.baseline !== undefined || flags.save !== undefined)
      throw usage('--history takes a folder and nothing else.');
    return history(flags.history, flags, print);
  }
  const oneSide = flags.baseline !== undefined || (flags.save !== undefined && second === undefined);
  const contender = oneSide ? first : second;
  if (contender === undefined)
    throw usage('Name the runs: strata compare BASE NEW, or strata compare --baseline DIR NEW.');
  if (oneSide && second !== undefined) throw usage('With --baseline the only argument is NEW.');
  const runs = read(contender);
  const base = !oneSide || flags.baseline !== undefined ? baseOf(first!, runs, flags) : null;
  const isCompared = base !== null;
  const code = isCompared ? compareWith(base, runs, flags, print) : EXIT.done;
  if (flags.save !== undefined) save(flags.save, runs, flags, print, isCompared);
  return code;
}

/** Null: there is nothing to compare with yet, and the runs are saved to be the first. */
function baseOf(
  path: string,
  contender: readonly ComparedRun[],
  { baseline, save: saveTo }: CompareFlags,
): readonly ComparedRun[] | null {
  if (baseline === undefined) return read(path);
  const found = newestBaseline(readStored(resolve(baseline)), contender);
  if (found.length > 0) return found;
  const sentence = `${baseline} holds no other run of this machine, configuration and workload`;
  // Runs that are saved elsewhere would never become a base here.
  if (saveTo === undefined || resolve(saveTo) !== resolve(baseline))
    throw new CliError(
      'STRATA_BASELINE_NONE',
      `${sentence}; strata compare --save ${baseline} NEW adds one.`,
      EXIT.unknown,
    );
  process.stderr.write(`${sentence}: nothing is compared.\n`);
  return null;
}

function compareWith(
  base: readonly ComparedRun[],
  contender: readonly ComparedRun[],
  flags: CompareFlags,
  print: Print,
): ExitCode {
  const { threshold = COMPARE_DEFAULTS.threshold, alpha, metrics = METRICS, force } = flags;
  // A document for programs is in English, whatever its reader speaks.
  return inLanguage(flags.json ? 'en' : flags.lang, () => {
    const found = refusing(() => compareRuns(base, contender, { threshold, alpha, metrics, force }));
    if (flags.json) print(JSON.stringify(found));
    else if (flags.markdown) print(comparisonMarkdown(found).trimEnd());
    else print(comparisonText(found));
    return exitCodeOf(found);
  });
}

function exitCodeOf({ verdict }: RunComparison): ExitCode {
  if (verdict === 'regression') return EXIT.finding;
  return verdict === 'unknown' || verdict === 'not-comparable' ? EXIT.unknown : EXIT.done;
}

function history(folder: string, flags: CompareFlags, print: Print): ExitCode {
  const { metrics = METRICS, threshold = HISTORY_DEFAULTS.magnitudeMin } = flags;
  const runs = read(folder);
  return inLanguage(flags.json ? 'en' : flags.lang, () => {
    const found = runHistory(runs, { metrics, magnitudeMin: threshold });
    if (flags.json) print(JSON.stringify(found));
    else if (flags.markdown) print(historyMarkdown(found).trimEnd());
    else print(historyText(found));
    if (found.verdict === 'worse') return EXIT.finding;
    return found.verdict === 'unknown' ? EXIT.unknown : EXIT.done;
  });
}

function save(
  folder: string,
  runs: readonly ComparedRun[],
  { json, markdown, baseline }: CompareFlags,
  print: Print,
  isCompared: boolean,
): void {
  const saved = saveBaseline(resolve(folder), runs);
  if (json && !isCompared) {
    print(JSON.stringify({ schema: 'strata.compare-saved/1', runs: runs.length, folders: saved }));
    return;
  }
  const told = `${saved.length} of ${runs.length} runs added to ${folder}${saved.length < runs.length ? ', the others are there already' : ''}`;
  // Next to a document on stdout this is a remark, not a result.
  if ((isCompared && json) || (markdown && (isCompared || baseline !== undefined)))
    process.stderr.write(`${told}\n`);
  else print(told);
}

function read(list: string): ComparedRun[] {
  return readRuns(splitList(list), (directory) =>
    process.stderr.write(`${directory} has no measured point and is left out.\n`),
  );
}

function parsePercent(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError('It must be a share such as 5% or 0.05, below 100%.');
  return value;
}

function parseMetrics(text: string): readonly Metric[] {
  return [...new Set(splitList(text))].map((id) => {
    const found = METRICS.find((metric) => metric.id === id);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(
      `There is no metric ${id}; there are ${METRICS.map((metric) => metric.id).join(', ')}.`,
    );
  });
}

function refusing<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidNumbersError)) throw error;
    throw new CliError(error.code, `${error.message}.`, EXIT.usage);
  }
}

function usage(sentence: string): CliError {
  return new CliError('STRATA_USAGE', sentence, EXIT.usage);
}
