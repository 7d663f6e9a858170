import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  checkHistory,
  type EqualTimes,
  HistoryError,
  type JsonValue,
  type ModelName,
  parseHistory,
  renderTimelineSvg,
  renderTimelineText,
  type Verdict,
} from '../../analysis/linearizability/index.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine } from '../lib/output.js';
import { parseSeconds } from '../lib/parse.js';

interface CheckFlags {
  readonly model?: ModelName;
  readonly initial?: JsonValue;
  readonly equalTimes: EqualTimes;
  readonly timeout: number;
  readonly svg?: string;
  readonly json: boolean;
}

interface Judged {
  readonly file: string;
  readonly verdict: Verdict;
}

export function checkCommand(): Command {
  return new Command('check')
    .summary('judge whether a history of operations is linearizable')
    .description(
      'Judge histories of operations: is there an order in which each took effect between its invocation and its completion, and returned what it did?\n' +
        'A file is JSON lines, {"process":0,"type":"invoke|ok|fail|info","f":"read|write|cas|get|put|append","key":"k","value":…,"time":ns}. `ok` took\n' +
        'effect, `fail` did not; `info` or no completion at all: at any later time, or never. Exit code 0 linearizable, 1 not, 3 unknown.',
    )
    .argument('<history...>', 'files, each judged by itself; - reads stdin')
    .addOption(
      new Option(
        '--model <model>',
        'register: read write cas; kv: get put append cas (default: by the functions used)',
      ).choices(['register', 'kv']),
    )
    .option(
      '--initial <json>',
      'value before the first operation; kv: an object of keys and values (default: absent)',
      parseJson,
    )
    .addOption(
      new Option(
        '--equal-times <meaning>',
        'events of equal time: in no known order, or in that of their lines',
      )
        .choices(['concurrent', 'in-order'])
        .default('concurrent'),
    )
    .option('--timeout <time>', 'of each file; afterwards the verdict is unknown', parseSeconds(0.001), 60)
    .option('--svg <file>', 'draw the first counterexample into this file')
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata check history.jsonl\n  strata check --model kv --initial \'{"k1":"a"}\' --svg why.svg history.jsonl\n' +
        '  gunzip -c history.jsonl.gz | strata check - --json | jq .verdict',
    )
    .action(exitWith(check));
}

function check(paths: readonly string[], flags: CheckFlags): number {
  // All are read before the first is judged: a mistake in the last file is said at once.
  const histories = paths.map((path) => ({
    file: path,
    events: refusing(path, () => parseHistory(readText(path))),
  }));
  const results = histories.map(({ file, events }): Judged => {
    const { model, initial, equalTimes, timeout } = flags;
    const options = { model, initial, equalTimes, timeoutMs: timeout * 1_000 };
    return { file, verdict: refusing(file, () => checkHistory(events, options)) };
  });
  if (flags.json) printJson(results.length === 1 ? toJson(results[0]!) : { files: results.map(toJson) });
  else for (const result of results) printLine(renderVerdict(result));
  if (flags.svg !== undefined) drawFirst(results, flags.svg);
  const verdicts = results.map(({ verdict }) => verdict.verdict);
  if (verdicts.includes('not-linearizable')) return EXIT.finding;
  return verdicts.includes('unknown') ? EXIT.unknown : EXIT.done;
}

function toJson({ file, verdict }: Judged): object {
  return { file, ...verdict };
}

function renderVerdict({ file, verdict }: Judged): string {
  const { operations, open, keys } = verdict;
  const judged = `${operations} operations on ${keys} ${keys === 1 ? 'key' : 'keys'}, ${open} of them open`;
  if (verdict.verdict === 'linearizable') return `${file}: linearizable (${judged})`;
  if (verdict.verdict === 'unknown') return `${file}: unknown: ${verdict.because} (${judged})`;
  const drawing = renderTimelineText(verdict.counterexample, process.stdout.columns);
  return `${file}: not linearizable (${judged})\n\n${drawing}`;
}

function drawFirst(results: readonly Judged[], path: string): void {
  for (const { verdict } of results) {
    if (verdict.verdict !== 'not-linearizable') continue;
    try {
      writeFileSync(path, renderTimelineSvg(verdict.counterexample));
    } catch (error) {
      throw new CliError(
        'STRATA_FILE_UNWRITABLE',
        `${resolve(path)} cannot be written: ${(error as Error).message}.`,
      );
    }
    return;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new CliError('STRATA_FILE_UNREADABLE', `${path} cannot be read: ${(error as Error).message}.`);
  }
}

/** A history that is none is wrong usage, said with the file and the line. */
function refusing<T>(file: string, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    const place = error.line === null ? file : `${file}:${error.line}`;
    throw new CliError(error.code, `${place}: ${error.sentence}`, EXIT.usage);
  }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new InvalidArgumentError(`It must be JSON, such as 0, '"a"' or '{"k1":"a"}'.`);
  }
}
