import { join, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Probe } from '../../profiles/probe.js';
import type { Profile } from '../../results/schema/index.js';
import { parseUrl } from '../lib/admin-api.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal } from '../lib/interrupt.js';
import { printJson, printLine } from '../lib/output.js';
import { parseInteger } from '../lib/parse.js';
import { timeStamp } from '../lib/plan.js';
import { type ChoiceOptions, chooseProbes } from '../lib/probe-choice.js';
import { type PlannedPass, planPasses, planTwins } from '../lib/probe-plan.js';
import { makeProfileDirectory, writeProfile } from '../lib/profile-files.js';
import { LaunchedProgram, splitCommand } from '../lib/profile-launch.js';
import { ProfileFindings, type ProfileRun, profileLaunches, profileProcess } from '../lib/profile-run.js';
import { type ProfileTarget, targetByPid, targetByUrl } from '../lib/profile-target.js';
import { createProgress, type Progress } from '../lib/progress.js';
import { projectRoot } from '../lib/project-root.js';
import { addReportOptions, type ReportFlags } from '../lib/report-options.js';

interface ProfileFlags extends ReportFlags {
  readonly url?: string;
  readonly pid?: number;
  readonly launch?: readonly string[];
  readonly seconds: number;
  readonly probes?: string;
  readonly token?: string;
  readonly out?: string;
  readonly verbose: boolean;
}

const PID_MAX = 4_194_304;

export function profileCommand(): Command {
  const command = new Command('profile')
    .summary('capture one running process: a node, or any Node.js service')
    .description(
      'Capture one running process, a node of ours or any Node.js service, and write a page about it: CPU by layer and by what ran,\n' +
        'hot functions, system calls, syncs, waits, the garbage collector, the event loop, the thread pool, the heap. The probes run one\n' +
        'after the other, those that do not disturb each other together. What cannot be captured is a line with its reason. With --launch, or\n' +
        'a command after --, the program is started for it, which tools such as 0x and clinic need. Ctrl-C ends the capture\n' +
        'early: all probes let go, and what there is is written (exit code 130). Exit code 3 when nothing could be captured.\n' +
        'Some probes slow the process down while they watch; --probes light leaves those out.',
    )
    .argument('[command...]', 'after --: program to start and to capture')
    .option('--url <url>', 'a node, by its HTTP address', parseUrl)
    .option('--pid <n>', 'any Node.js process of this machine', parseInteger(1, PID_MAX))
    .option(
      '--launch <command>',
      'program to start and to capture, in one word; no shell reads it',
      parseCommand,
    )
    .option('--seconds <n>', 'of each pass', parseInteger(1, 600), 10)
    .option(
      '--probes <list>',
      'names, comma separated; all, or light (no outside tools) (default: what this machine can run)',
    )
    .addOption(new Option('--token <token>', 'bearer token of role admin').env('STRATA_TOKEN'))
    .option('--out <dir>', 'folder for the profile, new or empty (default: results/<time>-profile)')
    .option('--json', 'stdout is one JSON document', false)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  strata profile --url http://127.0.0.1:7001\n' +
        '  strata profile --pid 4711 --seconds 5 --probes cpu-profile,gc,event-loop\n' +
        '  strata profile --pid 4711 --probes light\n' +
        '  strata profile --pid 4711 --lang en,zh\n' +
        '  strata profile --probes 0x,clinic-doctor -- node app.js --port 3000',
    )
    .action(exitWith(profile));
  return addReportOptions(command);
}

function parseCommand(text: string): string[] {
  const words = splitCommand(text);
  if (words.length === 0) throw new InvalidArgumentError('It must name a program.');
  return words;
}

async function profile(words: readonly string[], flags: ProfileFlags): Promise<number> {
  const command = flags.launch ?? (words.length > 0 ? words : null);
  requireOneTarget(words, flags);
  const startedAt = new Date();
  const signal = interruptSignal();
  const progress = createProgress(flags);
  const running = command === null ? await runningTarget(flags) : null;
  const { probes, missing } = await chooseProbes(flags.probes, choiceFor(running));
  const directory = resolve(flags.out ?? join(projectRoot(), 'results', `${timeStamp(startedAt)}-profile`));
  makeProfileDirectory(directory);
  const run: ProfileRun = { directory, seconds: flags.seconds, progress, signal };
  const findings = new ProfileFindings();
  announce(progress, probes, flags.seconds);
  const target =
    running === null
      ? await captureLaunched(run, command!, probes, findings)
      : await captureRunning(run, running, probes, findings);
  progress.status('writing');
  const { pages, profile } = await writeProfile(directory, startedAt, flags.lang, {
    secondsPerPass: flags.seconds,
    interrupted: signal.aborted,
    process: target.process,
    passes: findings.passes,
    notMeasured: [...missing, ...findings.gaps],
  });
  progress.end();
  print(flags, directory, pages, profile);
  if (signal.aborted) return EXIT.interrupted;
  return findings.passes.length === 0 ? EXIT.unknown : EXIT.done;
}

function requireOneTarget(words: readonly string[], { url, pid, launch }: ProfileFlags): void {
  const named = [url, pid, launch, words.length > 0 ? words : undefined].filter((one) => one !== undefined);
  if (named.length === 1) return;
  const sentence = 'Name one process: --url, --pid, --launch, or a command after --.';
  throw new CliError('STRATA_USAGE', `${sentence} See strata profile --help.`, EXIT.usage);
}

function runningTarget({ url, pid, token }: ProfileFlags): Promise<ProfileTarget> {
  return url === undefined ? targetByPid(pid!) : targetByUrl(url, token);
}

/** What a probe needs of the process: to be on this machine, to be reached over HTTP, or to be started by the probe. */
function choiceFor(running: ProfileTarget | null): ChoiceOptions {
  return {
    unfitIsGap: true,
    unfit: (probe) => {
      if (running === null) return null;
      if (probe.attaches === false) return 'it has to start the process itself: use --launch';
      return running.notLocal !== null && probe.overHttp !== true ? running.notLocal : null;
    },
  };
}

async function captureRunning(
  run: ProfileRun,
  running: ProfileTarget,
  probes: readonly Probe[],
  findings: ProfileFindings,
): Promise<ProfileTarget> {
  await profileProcess(run, running.target, running.notLocal === null, planPasses(probes), findings);
  return running;
}

/** One instance of the program for the probes that take any process, one for each set of arguments that others need, one for each tool that starts its own. */
async function captureLaunched(
  run: ProfileRun,
  command: readonly string[],
  probes: readonly Probe[],
  findings: ProfileFindings,
): Promise<ProfileTarget> {
  const passes = planPasses(probes.filter(({ launch }) => launch === undefined));
  const plain = passes.filter(({ nodeArguments }) => nodeArguments.length === 0);
  // The first instance also says what the program is.
  const first = await captureInstance(run, command, { nodeArguments: [], passes: plain }, findings);
  for (const twin of planTwins(passes)) {
    if (run.signal.aborted)
      for (const { probes } of twin.passes) findings.missing(probes, 'the profile was interrupted before');
    else await captureInstance(run, command, twin, findings);
  }
  await profileLaunches(
    run,
    command,
    probes.filter(({ launch }) => launch !== undefined),
    findings,
  );
  return first;
}

async function captureInstance(
  run: ProfileRun,
  command: readonly string[],
  { nodeArguments, passes }: { nodeArguments: readonly string[]; passes: readonly PlannedPass[] },
  findings: ProfileFindings,
): Promise<ProfileTarget> {
  const program = await LaunchedProgram.start(command, nodeArguments);
  try {
    const target = await targetByPid(program.pid, 'launch');
    await profileProcess(run, target.target, true, passes, findings);
    return target;
  } finally {
    await program.stop();
  }
}

function announce(progress: Progress, probes: readonly Probe[], seconds: number): void {
  const passes = planPasses(probes);
  for (const { probes: together } of passes) {
    const names = together.map(({ name }) => name).join(' + ');
    progress.note(`${names}: ${seconds} s (${together[0]!.cost})`);
  }
  progress.note(`about ${Math.round(passes.length * (seconds + 2))} s in all; Ctrl-C ends it early`);
}

function print({ json }: ProfileFlags, directory: string, pages: readonly string[], profile: Profile): void {
  const captured = profile.passes.map(({ probe }) => probe);
  if (json) {
    printJson({ profile: directory, page: pages[0], pages, captured, notMeasured: profile.notMeasured });
    return;
  }
  const lines = profile.notMeasured.map(({ what, because }) => `not captured: ${what}, because ${because}`);
  const shortest = (page: string) => {
    const short = relative(process.cwd(), page);
    return short.startsWith('..') ? page : short;
  };
  const answer = captured.length === 0 ? 'nothing was captured' : `captured: ${captured.join(', ')}`;
  printLine([answer, ...lines, ...pages.map((page) => `page: ${shortest(page)}`)].join('\n'));
}
