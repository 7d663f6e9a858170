import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Source {
  /** Relative to `analysis/`. */
  readonly path: string;
  readonly text: string;
}

/** The folder of the project, wherever below it the compiled code lies. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!readdirSync(directory).includes('biome.json')) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no project around ${import.meta.url}`);
    directory = parent;
  }
  return directory;
}

/** What takes part in a report: every source of the analysis that is no test, in order of path. */
export function analysisSources(): readonly Source[] {
  const root = join(projectRoot(), 'analysis');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !path.startsWith('language/') && !path.split('/').includes('testing'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** All sources of these folders in one text, tests left out: to ask whether a sentence still stands in one of them. */
export function sourceTexts(folders: readonly string[]): string {
  return folders
    .flatMap((folder) => {
      const root = join(projectRoot(), folder);
      return readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
        .sort()
        .map((path) => readFileSync(join(root, path), 'utf8'));
    })
    .join('\n');
}
