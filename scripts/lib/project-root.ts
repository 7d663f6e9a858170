import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project's package.json, wherever below it the compiled code lies. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isProject(directory)) {
    const parent = dirname(directory);
    if (parent === directory) return process.cwd();
    directory = parent;
  }
  return directory;
}

function isProject(directory: string): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: unknown };
    return name === 'strata' && existsSync(join(directory, 'server'));
  } catch {
    return false;
  }
}
