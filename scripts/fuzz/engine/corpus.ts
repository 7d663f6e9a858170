import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../lib/project-root.js';
import type { Seed } from './target.js';

/** The corpus lies beside the sources and is not built: findings of former runs, and inputs that reach what the seeds do not. */
export function corpusDirectory(target: string): string {
  return join(projectRoot(), 'scripts', 'fuzz', 'corpus', target);
}

/** In the order of their names. */
export function readCorpus(target: string): Seed[] {
  const directory = corpusDirectory(target);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(directory, name)) }));
}

/** Gives the path, relative to the project. */
export function keep(target: string, name: string, bytes: Uint8Array): string {
  const directory = corpusDirectory(target);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), bytes);
  return join('scripts', 'fuzz', 'corpus', target, name);
}
