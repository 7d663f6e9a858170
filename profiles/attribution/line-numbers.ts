import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CpuProfile } from './cpuprofile.js';
import { declarationsOf, type IndexedFile, LineIndex } from './line-index.js';

export const LINE_INDEX_NAME = 'line-index.json';
/** More lines than any file of Node or of a library on the path of a request has, so that theirs are never taken for ours. */
const FIRST_SHIFT = 4_096;

/**
 * Gives every file of `<build>/server` line numbers of its own by putting blank lines in front of it, and writes
 * `<build>/line-index.json`. Changes neither what the code does nor how fast; it costs 100 bytes of heap per thousand lines
 * and file while a profile is taken. Files are changed in place, and may have been changed by an earlier call.
 */
export function separateLineNumbers(build: string): LineIndex {
  const root = join(build, 'server');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
    .sort();
  let shift = FIRST_SHIFT;
  const files: IndexedFile[] = names.map((name) => {
    const path = join(root, name);
    const text = readFileSync(path, 'utf8');
    const source = text.replace(/^\n+/, '');
    const shifted = '\n'.repeat(shift) + source;
    if (shifted !== text) writeFileSync(path, shifted);
    const lines = source.split('\n').length;
    const file = ['server', ...name.split(sep)].join('/');
    const entry = { file, shift, lines, declarations: declarationsOf(source) };
    shift += lines;
    return entry;
  });
  const index: LineIndex = { schema: 'strata.lines/1', files };
  writeFileSync(join(build, LINE_INDEX_NAME), `${JSON.stringify(index)}\n`);
  return index;
}

/** The index of the build that a profile was taken of, found beside the server's files; null when that build has none. */
export function findLineIndex(profile: CpuProfile): LineIndex | null {
  return findLineIndexOf(profile.nodes.map(({ callFrame }) => callFrame.url));
}

/** The same for the URLs of the scripts that were seen running. */
export function findLineIndexOf(urls: Iterable<string>): LineIndex | null {
  const looked = new Set<string>();
  for (const url of urls) {
    const at = url.startsWith('file://') ? url.lastIndexOf('/server/') : -1;
    if (at < 0) continue;
    const folder = url.slice(0, at);
    if (looked.has(folder)) continue;
    looked.add(folder);
    const path = join(dirname(fileURLToPath(`${folder}/server`)), LINE_INDEX_NAME);
    if (!existsSync(path)) continue;
    const result = LineIndex.safeParse(parseJson(readFileSync(path, 'utf8')));
    if (result.success) return result.data;
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
