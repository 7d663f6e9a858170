import { Command } from 'commander';
import { CHANGE_POINT_DEFAULTS, changePoints } from '../../analysis/statistics/change-points.js';
import { InvalidNumbersError } from '../../analysis/statistics/invalid-numbers.js';
import { fitUsl, type LoadPoint, type UslEstimate, type UslFit } from '../../analysis/statistics/usl/fit.js';
import { uslLimit, uslPeak, uslShape, uslThroughput } from '../../analysis/statistics/usl/model.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { parseNumbers, parsePairs, readNumbersText } from '../lib/number-files.js';
import { shortNumber, signedShare } from '../lib/number-text.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { parseInteger, parseShare } from '../lib/parse.js';
import { comparisonOf, comparisonText } from '../lib/sample-comparison.js';

export function analyzeCommand(): Command {
  const command = new Command('analyze')
    .summary("the report's statistics on anyone's numbers")
    .description(
      'The statistics of the reports on any numbers: capacity by the Universal Scalability Law, two samples ' +
        'against each other, changes in a series of results.\n' +
        'Numbers come from files, or from stdin as -.',
    );
  command.addCommand(uslCommand());
  command.addCommand(compareCommand());
  command.addCommand(changesCommand());
  return command;
}

function uslCommand(): Command {
  return new Command('usl')
    .summary('fit the Universal Scalability Law to throughputs')
    .description(
      'Fit X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)) to a table of clients and throughput, one pair a line, by least squares with\n' +
        'lambda > 0, 0 <= sigma <= 1 and kappa >= 0. Prints the coefficients with their intervals, where throughput peaks, and how far off a point comes\n' +
        'out that is predicted from all others. Takes at least six different numbers of clients.',
    )
    .argument('<file>', 'N,X one pair a line, with or without a line of names; - reads stdin')
    .option('--confidence <share>', 'of the intervals', parseShare, 0.95)
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata analyze usl points.csv\n  strata analyze usl - --json < points.csv | jq .peak',
    )
    .action(exitWith(usl));
}

function usl(path: string, flags: { readonly confidence: number; readonly json: boolean }): number {
  if (!(flags.confidence > 0 && flags.confidence < 1))
    throw new CliError('STRATA_USAGE', '--confidence lies between 0 and 1, without either.', EXIT.usage);
  const pairs = parsePairs(readNumbersText(path), path);
  const points = pairs.map(([clients, throughput]) => ({ clients, throughput }));
  const fit = refusing(path, () => fitUsl(points, flags.confidence));
  const peak = uslPeak(fit);
  const place = peak === null ? 'inside' : placeOf(peak, points);
  if (flags.json) {
    const throughput = peak === null ? null : uslThroughput(fit, peak);
    const at = peak === null ? null : { clients: peak, throughput, outsideRange: place !== 'inside' };
    printJson({ ...fit, shape: uslShape(fit), peak: at, limit: uslLimit(fit) });
    return EXIT.done;
  }
  printLine(uslTable(fit));
  printLine('');
  printLine(peakLine(fit, peak, place));
  const rSquared = fit.rSquared === null ? '' : `R² ${fit.rSquared.toFixed(4)}, `;
  printLine(`${rSquared}residual standard error ${shortNumber(fit.residualStandardError)}`);
  if (fit.leaveOneOutError !== null)
    printLine(
      `a point predicted from all others is ${(fit.leaveOneOutError * 100).toFixed(1)} % off on average`,
    );
  return EXIT.done;
}

function uslTable(fit: UslFit): string {
  const row = (name: string, { value, standardError, low, high }: UslEstimate): string[] => [
    name,
    shortNumber(value),
    standardError === null ? 'at its bound' : shortNumber(standardError),
    `${shortNumber(low)} to ${shortNumber(high)}`,
  ];
  return textTable([
    ['', 'estimate', 'std. error', `${shortNumber(fit.confidence * 100)} % interval`],
    row('lambda', fit.estimates.lambda),
    row('sigma', fit.estimates.sigma),
    row('kappa', fit.estimates.kappa),
  ]);
}

type Place = 'below' | 'inside' | 'above';

function placeOf(peak: number, points: readonly LoadPoint[]): Place {
  const clients = points.map((point) => point.clients);
  if (peak < Math.min(...clients)) return 'below';
  return peak > Math.max(...clients) ? 'above' : 'inside';
}

const PLACES: Readonly<Record<Place, string>> = {
  below: '; outside the measured range: every point lies behind it',
  inside: '',
  above: '; outside the measured range: no peak was seen',
};

function peakLine(fit: UslFit, peak: number | null, place: Place): string {
  if (peak === null) {
    const shape = uslShape(fit);
    if (shape === 'falls') return 'no peak: throughput falls from the first client on';
    const limit = uslLimit(fit);
    return limit === null
      ? 'no peak: throughput grows with the clients'
      : `no peak: throughput tends to ${shortNumber(limit)}`;
  }
  const warning = PLACES[place];
  return `peak at ${shortNumber(peak)} clients with ${shortNumber(uslThroughput(fit, peak))}${warning}`;
}

function compareCommand(): Command {
  return new Command('compare')
    .summary('tell whether two samples differ')
    .description(
      'Compare two samples, one number a run: medians with their intervals, the change between them, a Mann-Whitney test, exact for small\n' +
        'samples, and the Hodges-Lehmann shift, the ratio of the medians with its bootstrap interval (BCa, from 5 to 2000 values a side), what\n' +
        'repeats of the base differ by, and the shift that would have been found in four of five cases. A change that cannot be told from\n' +
        'chance is a ~. No value is thrown out.',
    )
    .argument('<base>', 'one number a line, with or without a line of names; - reads stdin')
    .argument('<contender>', 'the same')
    .option('--alpha <share>', 'chance of calling nothing a change', parseShare, 0.05)
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata analyze compare before.txt after.txt\n  strata analyze compare before.txt after.txt --json | jq .test.p',
    )
    .action(exitWith(compare));
}

function compare(
  basePath: string,
  contenderPath: string,
  flags: { readonly alpha: number; readonly json: boolean },
): number {
  if (!(flags.alpha > 0 && flags.alpha < 1))
    throw new CliError('STRATA_USAGE', '--alpha lies between 0 and 1, without either.', EXIT.usage);
  if (basePath === '-' && contenderPath === '-')
    throw new CliError('STRATA_USAGE', 'Only one of the two samples can come from stdin.', EXIT.usage);
  const [base, contender] = [basePath, contenderPath].map((path) =>
    parseNumbers(readNumbersText(path), path),
  );
  const found = refusing(`${basePath} and ${contenderPath}`, () =>
    comparisonOf(base!, contender!, flags.alpha),
  );
  if (flags.json) printJson(found);
  else printLine(comparisonText(found));
  return EXIT.done;
}

interface ChangesFlags {
  readonly window: number;
  readonly p: number;
  readonly magnitude: number;
  readonly json: boolean;
}

function changesCommand(): Command {
  return new Command('changes')
    .summary('find where a series of results changed')
    .description(
      'Find the points at which a series of results (one number a run, oldest first) changed for good: E-divisive with windows and a t test.\n' +
        'Prints the index of the first value after each change, counted from 0, the means before and after, and p.',
    )
    .argument('<file>', 'one number a line, with or without a line of names; - reads stdin')
    .option('--window <n>', 'values looked at together', parseInteger(4, 2_000), CHANGE_POINT_DEFAULTS.window)
    .option('--p <share>', 'at most this likely to be chance', parseShare, CHANGE_POINT_DEFAULTS.pMax)
    .option(
      '--magnitude <share>',
      'at least this large: 0.05 is 5 %',
      parseShare,
      CHANGE_POINT_DEFAULTS.magnitudeMin,
    )
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata analyze changes p99.txt\n  strata analyze changes --magnitude 0.05 --json p99.txt | jq .indices',
    )
    .action(exitWith(changes));
}

function changes(path: string, flags: ChangesFlags): number {
  const values = parseNumbers(readNumbersText(path), path);
  const found = refusing(path, () =>
    changePoints(values, { window: flags.window, pMax: flags.p, magnitudeMin: flags.magnitude }),
  );
  if (flags.json) {
    printJson({ values: values.length, indices: found.map((point) => point.index), changes: found });
  } else if (found.length === 0) {
    printLine(`no change in ${values.length} values`);
  } else {
    printLine(
      textTable([
        ['index', 'before', 'after', 'change', 'p'],
        ...found.map((point) => [
          `${point.index}`,
          shortNumber(point.meanBefore),
          shortNumber(point.meanAfter),
          signedShare((point.meanAfter - point.meanBefore) / Math.abs(point.meanBefore)),
          point.p < 1e-4 ? '<0.0001' : point.p.toFixed(4),
        ]),
      ]),
    );
  }
  return EXIT.done;
}

function refusing<Result>(path: string, compute: () => Result): Result {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof InvalidNumbersError)) throw error;
    throw new CliError(error.code, `${path}: ${error.message}.`, EXIT.usage);
  }
}
