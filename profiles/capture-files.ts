import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutProjectPath } from './machine/without-project-path.js';
import type { ProbeTarget } from './probe.js';

/** The first fields of every capture. */
export function headOf(probe: string, { node, role, pid }: ProbeTarget, seconds: number, raw: string[]) {
  return { probe, node, role, pid, seconds, raw };
}

/** Name of the parsed document of a process, relative to the pass folder. */
export function documentName({ node }: ProbeTarget): string {
  return `node-${node}.json`;
}

/** Writes a raw file, without the path to this project, and gives its name. */
export function writeRaw(directory: string, { node }: ProbeTarget, extension: string, text: string): string {
  const name = `node-${node}.${extension}`;
  writeFileSync(join(directory, name), withoutProjectPath(text));
  return name;
}
