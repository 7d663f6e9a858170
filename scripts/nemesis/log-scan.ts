import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NODE = /^node-\d+$/;
/** What a node says before it crashes; one that was to end anyway is not missed otherwise. */
const LAST_WORDS = /^.*invariant broken.*$/m;

/** A sentence for every node that broke an invariant, also those that are long gone. */
export function brokenInvariants(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => NODE.test(name))
    .flatMap((name) => {
      const path = join(directory, name, 'node.log');
      const found = existsSync(path) ? LAST_WORDS.exec(readFileSync(path, 'utf8')) : null;
      return found === null ? [] : [`${name}: ${found[0].trim()}: ${path}`];
    });
}
