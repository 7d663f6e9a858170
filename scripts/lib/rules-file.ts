import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { changedRules, type RuleBook, RulesError } from '../../analysis/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Our own table has a tenth of it. */
const BYTES_MAX = 1024 * 1024;

/** Our rules with the changes of a file over them. Whatever is wrong with the file is wrong usage, told with its row and field. */
export function readRulesFile(path: string): RuleBook {
  const name = basename(path);
  try {
    return changedRules(parse(readText(path), name), name);
  } catch (error) {
    if (error instanceof RulesError) throw new CliError(error.code, error.message, EXIT.usage);
    throw error;
  }
}

function readText(path: string): string {
  let size: number;
  try {
    size = statSync(path).size;
    if (size <= BYTES_MAX) return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RulesError(
      `${path} cannot be read: ${(error as Error).message}. \`strata rules --json\` prints one to start from.`,
    );
  }
  throw new RulesError(`${path} has ${size} bytes; a file of rules has at most ${BYTES_MAX}.`);
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RulesError(`${name} is not JSON: ${(error as Error).message}.`);
  }
}
