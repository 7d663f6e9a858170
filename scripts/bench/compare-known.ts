/**
 * Does `strata compare` find what is there, and nothing else? `node dist/scripts/bench/compare-known.js [--times 8] [--slower 0.1] [--clients 100] [--seconds 3] [--fsync C] [--out DIR]`.
 * Three arms of this very build take turns: two that are the same, and one whose servers burn CPU at every request. How much makes them the share slower that
 * is asked for is learned first, from runs with none and with so much that it cannot be missed: the time of a request, 1 / throughput, grows in proportion
 * to what is burned, less than one to one where a core has time left.
 *
 * Exit code 0: the equal arms compare as ~ and the slower one as worse. 1: one of the two is not so. 3: the machine was too noisy for so many runs.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareRuns, comparisonText, METRICS } from '../../analysis/compare/index.js';
import { mean } from '../../analysis/statistics/order-statistics.js';
import { readRuns } from '../lib/compared-runs.js';
import { EXIT } from '../lib/exit-codes.js';
import { interruptSignal } from '../lib/interrupt.js';
import { createProgress } from '../lib/progress.js';
import { type Arm, runInTurns } from '../lib/turns.js';

/** The checkout that this very file was built in. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const TRIALS = 3;
/** Of a request's time: large against what runs differ by. */
const TRIAL_SHARE = 0.4;

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '8' },
    slower: { type: 'string', default: '0.1' },
    clients: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '3' },
    fsync: { type: 'string', default: 'C' },
    out: { type: 'string' },
  },
});
const times = numberOption('times', 1, 1_000);
const slower = numberOption('slower', 0.01, 0.9);
const clients = numberOption('clients', 1, 10_000);
const seconds = numberOption('seconds', 0.5, 600);
const out = values.out ?? mkdtempSync(join(tmpdir(), 'strata-compare-known-'));
/** Chosen before anything is measured: what the slowdown is about. In a closed loop the latencies say the same once more, and every row takes its share of alpha. */
const metrics = METRICS.filter(({ id }) => id === 'throughput');
const command = ['sweep', '--quick', '--probes', 'none', '--fsync', values.fsync, '--levels', `${clients}`];
const shared = {
  command: [...command, '--duration', `${seconds}s`],
  signal: interruptSignal(),
  progress: createProgress({ verbose: true }),
  secondsMax: 600,
};

try {
  process.exitCode = await bench();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = shared.signal.aborted ? EXIT.interrupted : EXIT.environment;
}
process.exit();

async function bench(): Promise<number> {
  const burnUs = await calibrated();
  const arms = [{ name: 'base', root }, { name: 'same', root }, slowArm(burnUs)];
  const folders = await runInTurns({ ...shared, arms, times, out: join(out, 'arms') });
  const [base, same, slow] = folders.map((folder) => readRuns([folder], () => {}));
  const equal = compareRuns(base!, same!, { metrics });
  const worse = compareRuns(base!, slow!, { metrics });
  process.stdout.write(
    `\nthe same build twice\n${comparisonText(equal)}\n\nslower by ${slower * 100} %\n${comparisonText(worse)}\n`,
  );
  process.stdout.write(`\nruns: ${out}\n`);
  if (equal.verdict === 'unknown' || worse.verdict === 'unknown') return EXIT.unknown;
  const found = worse.rows.some(({ metric, verdict }) => metric === 'throughput' && verdict === 'worse');
  if (equal.verdict === '~' && found) return EXIT.done;
  const detectable = worse.rows[0]?.detectable ?? null;
  return equal.verdict === '~' && (detectable === null || detectable > slower) ? EXIT.unknown : EXIT.finding;
}

/** Microseconds at each request that cost the share of throughput asked for. */
async function calibrated(): Promise<number> {
  const plain = { name: 'plain', root };
  const perSecond = async (arm: Arm, folder: string): Promise<number> => {
    const [runs] = await runInTurns({ ...shared, arms: [arm], times: TRIALS, out: join(out, folder) });
    return mean(readRuns([runs!], () => {}).map(({ points }) => points[0]!.summary.throughputPerSecond))!;
  };
  const requestUs = 1e6 / (await perSecond(plain, 'trial-plain'));
  const trialUs = TRIAL_SHARE * requestUs;
  const slowedUs = 1e6 / (await perSecond(slowArm(trialUs), 'trial-slow'));
  const grown = (slowedUs - requestUs) / trialUs;
  if (!(grown > 0.05))
    throw new Error(`${trialUs.toFixed(1)} µs at each request made no difference: this machine is too busy.`);
  const burnUs = (requestUs * slower) / (1 - slower) / grown;
  process.stdout.write(
    `${requestUs.toFixed(1)} µs a request, ${slowedUs.toFixed(1)} with ${trialUs.toFixed(1)} burned: the slow arm burns ${burnUs.toFixed(1)}\n`,
  );
  return burnUs;
}

function slowArm(burnUs: number): Arm {
  // As an address: a path with a space would be two options.
  const observer = new URL('./slow-requests.js', import.meta.url).href;
  const environment = {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${observer}`.trim(),
    STRATA_SLOW_REQUESTS_US: burnUs.toFixed(3),
  };
  return { name: 'slow', root, environment };
}

function numberOption(name: 'times' | 'slower' | 'clients' | 'seconds', min: number, max: number): number {
  const value = Number(values[name]);
  if (value >= min && value <= max) return value;
  process.stderr.write(`--${name} must be a number from ${min} to ${max}, not ${values[name]}.\n`);
  process.exit(EXIT.usage);
}
