import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { printJson, printLine } from '../lib/output.js';
import { parseInteger, parseSeconds } from '../lib/parse.js';
import { timeStamp } from '../lib/plan.js';
import { createProgress } from '../lib/progress.js';
import { projectRoot } from '../lib/project-root.js';
import { type Arm, runInTurns } from '../lib/turns.js';

interface RepeatFlags {
  readonly times: number;
  readonly arm?: readonly Arm[];
  readonly out?: string;
  readonly limit: number;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Commands that write a run directory. */
const REPEATABLE = ['sweep', 'fsync'];

export function repeatCommand(): Command {
  return new Command('repeat')
    .summary('measure several times, one build or several in turns')
    .description(
      'Run `strata sweep` or `strata fsync` several times, each in a process of its own, for strata compare. With several arms the builds\n' +
        'take turns, every other round backwards, so that a drift of the machine hits all alike. Writes <out>/<arm>/01, 02, … and prints the\n' +
        'folders. Eight repeats of one level find what a dozen rows of a comparison need; strata compare says when it takes more.',
    )
    .argument('<command...>', 'sweep or fsync with its options, behind --')
    .option('--times <n>', 'runs of each arm', parseInteger(1, 1_000), 8)
    .option(
      '--arm <name=root>',
      'a built checkout under a name, again for each (default: base=this one)',
      parseArm,
    )
    .option('--out <dir>', 'new or empty folder (default: results/<time>-repeat)')
    .option('--limit <time>', 'a run that takes longer is an error', parseSeconds(1), 3_600)
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata repeat --times 8 -- sweep --quick --probes none --levels 100\n' +
        '  strata repeat --times 8 --out results/ab --arm base=../main --arm new=. -- sweep --quick --probes none',
    )
    .action(exitWith(repeat));
}

async function repeat(command: readonly string[], flags: RepeatFlags): Promise<number> {
  if (!REPEATABLE.includes(command[0] ?? ''))
    throw new CliError(
      'STRATA_USAGE',
      `Only ${REPEATABLE.join(' and ')} can be repeated, not ${command[0]}.`,
      EXIT.usage,
    );
  if (command.some((word) => word === '--out' || word.startsWith('--out=')))
    throw new CliError(
      'STRATA_USAGE',
      'Each run gets a folder of its own; give --out before the --.',
      EXIT.usage,
    );
  const out = resolve(flags.out ?? join(projectRoot(), 'results', `${timeStamp(new Date())}-repeat`));
  const progress = createProgress(flags);
  try {
    const folders = await runInTurns({
      arms: flags.arm ?? [{ name: 'base', root: projectRoot() }],
      times: flags.times,
      out,
      command,
      signal: interruptSignal(),
      progress,
      secondsMax: flags.limit,
    });
    if (flags.json) printJson({ times: flags.times, folders });
    else printLine(folders.join('\n'));
  } finally {
    progress.end();
  }
  return EXIT.done;
}

function parseArm(text: string, before: readonly Arm[] | undefined): readonly Arm[] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('It must be NAME=ROOT, such as base=../main.');
  return [...(before ?? []), { name: text.slice(0, at), root: resolve(text.slice(at + 1)) }];
}
