import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Language } from '../../analysis/index.js';
import { profilePagePath, renderProfile } from '../../analysis/profile/render-profile.js';
import { capabilities, machineFingerprint, versions } from '../../profiles/index.js';
import { readProfileDirectory } from '../../results/profile-directory.js';
import { writeDocument } from '../../results/run-directory.js';
import { Profile } from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Makes the folder of a profile; one that holds something is not written over. */
export function makeProfileDirectory(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new CliError('STRATA_OUT_NOT_EMPTY', `${directory} is not empty; name a new one.`, EXIT.usage);
  mkdirSync(directory, { recursive: true });
}

export type ProfileContents = Pick<
  Profile,
  'secondsPerPass' | 'interrupted' | 'process' | 'passes' | 'notMeasured'
>;

/** Writes `profile.json`, and what is computed from it and the captures: a page and its flame graphs in each language. Gives the paths of the pages. */
export async function writeProfile(
  directory: string,
  startedAt: Date,
  languages: readonly Language[],
  contents: ProfileContents,
): Promise<{ readonly pages: readonly string[]; readonly profile: Profile }> {
  const profile: Profile = {
    schema: 'strata.profile/1',
    id: basename(directory),
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    versions: versions(),
    machine: machineFingerprint(directory),
    capabilities: await capabilities(),
    ...contents,
  };
  writeDocument(join(directory, 'profile.json'), Profile, profile);
  const data = readProfileDirectory(directory);
  for (const [name, content] of languages.flatMap((language) => [...renderProfile(data, language)])) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const pages = languages.map((language) => join(directory, profilePagePath(language)));
  return { pages, profile };
}
