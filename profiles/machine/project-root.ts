import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Project {
  readonly root: string;
  readonly version: string;
}

/**
 * The folder of the project's package.json, wherever the compiled files lie below it; null when they were moved out of it.
 * The nearest one with the README beside it: a build folder may hold a copy of the manifest, and a clone may lie inside another.
 */
export function findProject(from = dirname(fileURLToPath(import.meta.url))): Project | null {
  let folder = from;
  for (;;) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === 'strata' && existsSync(join(folder, 'README.md')))
      return { root: folder, version: manifest.version ?? 'unknown' };
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

function readManifest(path: string): { name?: string; version?: string } | null {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return null;
  }
}
