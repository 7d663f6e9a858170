#!/usr/bin/env node
/** The command line: wires the commands together, renders errors, sets the exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands/index.js';
import { renderError } from './lib/cli-error.js';
import { EXIT } from './lib/exit-codes.js';
import { projectRoot } from './lib/project-root.js';
import { isHelpOrVersion, usageError } from './lib/usage-error.js';

/** With the command that is named alone, or with all where none is: for the help, and for the name that was nearly meant. */
async function createProgram(name: string | undefined): Promise<Command> {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('strata')
    .description('A Raft key-value store, and the instrument that explains its speed.')
    .version(version)
    .addHelpText(
      'after',
      '\nResults go to stdout, everything else to stderr. Exit codes: 0 done, 1 a finding, 2 wrong usage, 3 no verdict possible,\n' +
        '4 the surroundings do not allow it, 70 internal error, 130 interrupted.\n\nStart with: strata sweep --quick',
    );
  const wanted = name === undefined ? Object.values(COMMANDS) : [COMMANDS[name]!];
  for (const command of await Promise.all(wanted.map((load) => load()))) program.addCommand(command);
  const nested = program.commands.flatMap((command) => command.commands);
  for (const command of [program, ...program.commands, ...nested]) {
    // Prose is broken where the help is wide enough, not where the source was. The sentence of an error is ours; commander would print its own
    // before throwing.
    command
      .description(command.description().replaceAll(/(?<!\n)\n(?!\n)/g, ' '))
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .configureHelp({ helpWidth: 120 });
  }
  return program;
}

async function main(args: readonly string[]): Promise<void> {
  const name = Object.keys(COMMANDS).find((one) => one === args[0]);
  const program = await createProgram(name);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    process.exitCode = EXIT.usage;
    return;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (!isHelpOrVersion(error)) throw usageError(error, name === undefined ? 'strata' : `strata ${name}`);
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe left: nobody is there to tell.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { line, exitCode } = renderError(error);
  process.stderr.write(`${line}\n`);
  if (exitCode === EXIT.internal && process.env.STRATA_DEBUG !== undefined)
    process.stderr.write(`${stackOf(error)}\n`);
  process.exitCode = exitCode;
}
// Idle keep-alive connections to the nodes would hold the process for seconds.
process.exit();

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
