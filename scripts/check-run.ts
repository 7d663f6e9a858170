/** `node dist/scripts/check-run.js RUN`: reads a run directory with every document checked against its schema. For CI. */
import { readRunDirectory } from '../results/run-directory.js';
import { renderError } from './lib/cli-error.js';
import { EXIT } from './lib/exit-codes.js';

const [directory] = process.argv.slice(2);
try {
  if (directory === undefined) throw new Error('name a run directory');
  const { run, points, baseline } = readRunDirectory(directory);
  const passes = points.flatMap((point) => point.passes).length;
  process.stdout.write(
    `${run.id}: ${points.length} points, ${passes} probe passes, ${baseline === null ? 'no baseline' : 'a baseline'}; all as their schema says\n`,
  );
  if (points.length === 0) throw new Error(`${directory} holds no point`);
} catch (error) {
  process.stderr.write(`${renderError(error).line}\n`);
  process.exitCode = EXIT.finding;
}
