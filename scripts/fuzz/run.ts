import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { parseInteger } from '../lib/parse.js';
import { keep } from './engine/corpus.js';
import type { Finding } from './engine/fuzzer.js';
import { runTarget } from './engine/host.js';
import type { Outcome } from './engine/worker.js';
import { targetNames } from './targets/names.js';

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly replay?: string;
  readonly keep: boolean;
}

const HANG_MS = 20_000;
const SLOW_MS = 1_000;

const program = new Command('fuzz')
  .description('Feed every parser of bytes from outside with mutants of good input until a property breaks.')
  .argument('[targets...]', `default: all of ${targetNames.join(', ')}`)
  .option('--seconds <n>', 'time for each target', parseInteger(1, 1_000_000), 10)
  .option('--seed <n>', 'equal seeds give equal mutants', parseInteger(0, 0xffff_ffff), 1)
  .option('--replay <file>', 'run this input once, of the one target named')
  .option('--keep', 'write inputs that reached new code into the corpus too', false)
  .action(fuzz);

async function fuzz(named: readonly string[], options: Options): Promise<void> {
  const unknown = named.filter((name) => name !== 'canary' && !targetNames.includes(name));
  if (unknown.length > 0) program.error(`unknown target: ${unknown.join(', ')}`);
  if (options.replay !== undefined && named.length !== 1) program.error('--replay needs its one target');
  let findings = 0;
  process.stdout.write(
    `${'target'.padEnd(18)}${'executions'.padStart(12)}${'per second'.padStart(12)}${'corpus'.padStart(10)}${'coverage'.padStart(10)}  findings\n`,
  );
  for (const target of named.length > 0 ? named : targetNames) {
    const replay = options.replay === undefined ? null : new Uint8Array(readFileSync(options.replay));
    const outcome = await runTarget(
      {
        target,
        seed: options.seed,
        executionsMax: Number.POSITIVE_INFINITY,
        secondsMax: options.seconds,
        slowMs: SLOW_MS,
        keeps: options.keep,
        replay,
      },
      HANG_MS,
    );
    process.stdout.write(`${line(outcome)}\n`);
    for (const finding of outcome.findings) process.stdout.write(describe(finding, options.replay));
    if (options.keep) for (const { name, bytes } of outcome.kept) keep(target, name, bytes);
    findings += outcome.findings.length;
  }
  process.exitCode = findings === 0 ? 0 : 1;
}

function line({ target, executions, seconds, seeds, corpusSize, coverage, findings }: Outcome): string {
  const rate = seconds === 0 ? '-' : String(Math.round(executions / seconds));
  const share = coverage.seen === 0 ? '-' : `${((100 * coverage.executed) / coverage.seen).toFixed(1)}%`;
  return `${target.padEnd(18)}${String(executions).padStart(12)}${rate.padStart(12)}${`${seeds}+${corpusSize - seeds}`.padStart(10)}${share.padStart(10)}  ${findings.length}`;
}

function describe(finding: Finding, replayed: string | undefined): string {
  const path = replayed ?? keep(finding.target, finding.name, finding.bytes);
  const frames = finding.stack
    .split('\n')
    .filter((frame) => frame.includes('    at '))
    .slice(0, 6);
  const shown = JSON.stringify(Buffer.from(finding.bytes).toString('latin1').slice(0, 200));
  return `  ${finding.message.slice(0, 600)}\n${frames.join('\n')}\n    input (${finding.bytes.length} bytes): ${shown}\n    again: node dist/scripts/fuzz/run.js ${finding.target} --replay ${path}\n`;
}

await program.parseAsync();
