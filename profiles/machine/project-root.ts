import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Project {
  readonly root: string;
  readonly version: string;
}

/**
 * The folder of the project's package.json, wherever the compiled files lie below it; null when they were moved out of it.
 * The outermost one, since a build folder may hold a copy of the manifest.
 */
export function findProject(from = dirname(fileURLToPath(import.meta.url))): Project | null {
  let found: Project | null = null;
  let folder = from;
  for (;;) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === 'strata') found = { root: folder, version: manifest.version ?? 'unknown' };
    const parent = dirname(folder);
    if (parent === folder) return found;
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
