import { readdirSync, statSync } from 'node:fs';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/**
 * Names in a folder; none where there is nothing yet.
 * @throws CliError where something else than a folder has the name.
 */
export function folderEntries(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isDirectory()) return readdirSync(path);
  throw new CliError('STRATA_NOT_A_FOLDER', `${path} is a file; name a folder, new or old.`, EXIT.usage);
}
