import type { CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Commander's refusal as a sentence of ours, with the help that answers it. */
export function usageError(error: CommanderError, command: string): CliError {
  const sentence = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const text = sentence.charAt(0).toUpperCase() + sentence.slice(1).replace(/\.$/, '');
  return new CliError('STRATA_USAGE', `${text}. See ${command} --help.`, EXIT.usage);
}

/** Commander throws for these after it has printed the help or the version; a group without its command is wrong usage all the same. */
const PRINTED = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

export function isHelpOrVersion(error: CommanderError): boolean {
  return PRINTED.has(error.code);
}
