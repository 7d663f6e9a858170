import { Command } from 'commander';
import { type Bootstrap, bootstrapMedianRatio } from '../../analysis/statistics/bootstrap.js';
import { CHANGE_POINT_DEFAULTS, changePoints } from '../../analysis/statistics/change-points.js';
import {
  compareSamples,
  type SampleComparison,
  type SampleSummary,
} from '../../analysis/statistics/compare-samples.js';
import { detectableShift, pooledDeviation } from '../../analysis/statistics/detectable-effect.js';
import { InvalidNumbersError } from '../../analysis/statistics/invalid-numbers.js';
import { type NoiseFloor, noiseFloor } from '../../analysis/statistics/noise-floor.js';
import { fitUsl, type LoadPoint, type UslEstimate, type UslFit } from '../../analysis/statistics/usl/fit.js';
import { uslLimit, uslPeak, uslShape, uslThroughput } from '../../analysis/statistics/usl/model.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { parseNumbers, parsePairs, readNumbersText } from '../lib/number-files.js';
import { printJson, printLine, textTable } from '../lib/output.js';
import { parseInteger, parseShare } from '../lib/parse.js';

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
  printLine(`R² ${fit.rSquared.toFixed(4)}, residual standard error ${short(fit.residualStandardError)}`);
  if (fit.leaveOneOutError !== null)
    printLine(
      `a point predicted from all others is ${(fit.leaveOneOutError * 100).toFixed(1)} % off on average`,
    );
  return EXIT.done;
}

function uslTable(fit: UslFit): string {
  const row = (name: string, { value, standardError, low, high }: UslEstimate): string[] => [
    name,
    short(value),
    standardError === null ? 'at its bound' : short(standardError),
    `${short(low)} to ${short(high)}`,
  ];
  return textTable([
    ['', 'estimate', 'std. error', `${short(fit.confidence * 100)} % interval`],
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
      : `no peak: throughput tends to ${short(limit)}`;
  }
  const warning = PLACES[place];
  return `peak at ${short(peak)} clients with ${short(uslThroughput(fit, peak))}${warning}`;
}

function compareCommand(): Command {
  return new Command('compare')
    .summary('tell whether two samples differ')
    .description(
      'Compare two samples, one number a run: medians with their intervals, the change between them, an exact Mann-Whitney test and the\n' +
        'Hodges-Lehmann shift, the ratio of the medians with its bootstrap interval (BCa), what repeats of the base differ by, and the shift\n' +
        'that would have been found in four of five cases. A change that cannot be told from chance is a ~. No value is thrown out.',
    )
    .argument('<base>', 'one number a line; - reads stdin')
    .argument('<contender>', 'one number a line')
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
  const [base, contender] = [basePath, contenderPath].map((path) =>
    parseNumbers(readNumbersText(path), path),
  );
  const found = refusing(`${basePath} and ${contenderPath}`, () => ({
    ...compareSamples(base!, contender!, flags.alpha),
    ratio: bootstrapMedianRatio(base!, contender!, { confidence: 1 - flags.alpha }),
    noise: noiseFloor(base!),
    detectableShift: smallestShift(base!, contender!, flags.alpha),
  }));
  if (flags.json) printJson(found);
  else printLine(comparisonText(found));
  return EXIT.done;
}

interface Comparison extends SampleComparison {
  /** Null below two values on a side, or for a base that touches 0. */
  readonly ratio: Bootstrap | null;
  readonly noise: NoiseFloor | null;
  /** In the unit of the values. */
  readonly detectableShift: number | null;
}

function smallestShift(base: readonly number[], contender: readonly number[], alpha: number): number | null {
  const deviation = pooledDeviation([base, contender]);
  const shift = detectableShift(base.length, contender.length, { alpha });
  return deviation === null || shift === null ? null : shift * deviation;
}

function comparisonText(found: Comparison): string {
  const { shift, interval } = found.shift;
  const size = found.delta === null ? 'from 0' : signedPercent(found.delta);
  const p = found.test.p < 1e-4 ? 'p<0.0001' : `p=${found.test.p.toFixed(4)}`;
  const lines = [
    textTable([
      ['', 'n', 'median', `${short((1 - found.alpha) * 100)} % interval`],
      sampleRow('base', found.base),
      sampleRow('contender', found.contender),
    ]),
    '',
    `${found.verdict === '~' ? '~' : size}  (${p}, ${found.test.method} Mann-Whitney)`,
    `shift ${short(shift)}${interval === null ? '' : `, ${short(interval.low)} to ${short(interval.high)}`}`,
  ];
  const ratio = found.ratio?.bca ?? null;
  if (ratio !== null)
    lines.push(
      `ratio ${short(found.ratio!.estimate)}, ${short(ratio.low)} to ${short(ratio.high)} (bootstrap, BCa)`,
    );
  if (found.noise !== null)
    lines.push(
      `halves of the base differ by up to ${(found.noise.share * 100).toFixed(1)} % (95 % of ${found.noise.splits} splits)`,
    );
  if (found.detectableShift !== null)
    lines.push(`a shift of ${short(found.detectableShift)} would be found in 80 % of the cases`);
  if (found.samplesNeeded !== null)
    lines.push(
      `too few to tell: p can only reach ${found.alpha} with ${found.samplesNeeded} values on each side`,
    );
  return lines.join('\n');
}

function sampleRow(name: string, { count, median, interval }: SampleSummary): string[] {
  const range = interval === null ? 'too few values' : `${short(interval.low)} to ${short(interval.high)}`;
  return [name, `${count}`, short(median), range];
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
    .argument('<file>', 'one number a line; - reads stdin')
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
          short(point.meanBefore),
          short(point.meanAfter),
          signedPercent((point.meanAfter - point.meanBefore) / Math.abs(point.meanBefore)),
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

function short(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  return size >= 1e6 || size < 1e-4 ? value.toExponential(4) : String(Number(value.toPrecision(6)));
}

function signedPercent(share: number): string {
  return Number.isFinite(share) ? `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %` : 'from 0';
}
