import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { renderReport } from '../../../analysis/index.js';
import { checkRunDirectory } from '../../../results/check-run-directory.js';
import { RunDirectoryError, readRunDirectory } from '../../../results/run-directory.js';
import { writeMinimalRun } from '../../../results/testing/minimal-run.js';
import { mutateJson } from '../engine/mutate-json.js';
import { holds, must, verdict } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode } from './modes.js';

const directory = writeMinimalRun();
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
/** The first byte of an input says which of them the rest stands in for. */
const files = filesBelow(directory);
const contents = new Map(files.map((file) => [file, readFileSync(join(directory, file))]));
const isRefusal = (error: unknown): boolean => error instanceof RunDirectoryError;

/** A run directory with one strange document: the reader and the check agree whether it can be read, and both say so in sentences; one that is
 * in order has a report. */
export const target: Target = {
  name: 'run-directory',
  about: 'documents of a run directory',
  sources: [
    'results/run-directory',
    'results/check-run-directory',
    'results/schema/run',
    'results/schema/load',
    'results/schema/capture',
    'results/schema/node',
  ],
  dictionary: ['"strata.cpu/1"', '"strata.syscalls/1"', '"../x"', '"captures":[', '"__proto__"', '1e999'],
  seeds: () =>
    files.map((file, at) => ({ name: file, bytes: Buffer.concat([Buffer.of(at), contents.get(file)!]) })),
  mutate: (input, random) => behindMode((rest) => mutateJson(rest, random), input),
  run,
  isRefusal,
  steps: { base: 8_000_000, perByte: 5_000 },
  allocation: { base: 32 * 2 ** 20, perByte: 4_096 },
};

function run(input: Buffer): void {
  const file = files[(input[0] ?? 0) % files.length]!;
  const path = join(directory, file);
  writeFileSync(path, input.subarray(1));
  try {
    const read = verdict(() => readRunDirectory(directory), isRefusal);
    const { ok, problems } = checkRunDirectory(directory);
    // The check sees more, such as files that nobody names.
    if ('refused' in read) holds(!ok, `nothing was found, and yet: ${read.refused}`);
    holds(ok === (problems.length === 0), 'no problem, and not in order');
    if (ok && 'ok' in read) must('report', () => renderReport(read.ok));
  } finally {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents.get(file)!);
  }
}

function filesBelow(folder: string, root = folder): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path, root) : [relative(root, path)];
    });
}
