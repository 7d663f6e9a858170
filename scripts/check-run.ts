/** `node dist/scripts/check-run.js RUN`: a run directory against its schema, every problem on a line. For CI. */
import { checkRunDirectory } from '../results/check-run-directory.js';
import { EXIT } from './lib/exit-codes.js';

const [directory, ...rest] = process.argv.slice(2);
if (directory === undefined || rest.length > 0) {
  process.stderr.write('strata: name one run directory (STRATA_USAGE)\n');
  process.exit(EXIT.usage);
}
const { ok, problems } = checkRunDirectory(directory);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (ok) process.stdout.write(`${directory}: all as its schema says\n`);
process.exitCode = ok ? EXIT.done : EXIT.finding;
