import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { streamNode, type Target, targetOptions } from '../lib/admin-api.js';
import { checkBackup } from '../lib/backup-file.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine } from '../lib/output.js';
import { createProgress } from '../lib/progress.js';

interface Options extends Target {
  readonly out: string;
  readonly json: boolean;
}

export function backupCommand(): Command {
  const command = new Command('backup')
    .summary('write the state of a running cluster into a file')
    .description(
      'Write the state of a node as it is now into one file, checksums inside. The node goes on serving. The file appears under its name only\n' +
        'when it is whole, checked and synced.',
    )
    .requiredOption('--out <file>', 'the file to write; one that exists is replaced');
  for (const option of targetOptions()) command.addOption(option);
  return command
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata backup --out /var/backups/strata.snapshot\n  strata restore --from /var/backups/strata.snapshot --data /var/lib/strata-new',
    )
    .action(exitWith(backup));
}

async function backup(options: Options): Promise<number> {
  const progress = createProgress({ verbose: false });
  const partial = `${options.out}.partial`;
  const pieces = await streamNode(options, '/backup');
  try {
    const written = await save(pieces, partial, (bytes) =>
      progress.status(`received ${(bytes / 1e6).toFixed(1)} MB`),
    );
    const { index, term } = await checkBackup(partial);
    await rename(partial, options.out);
    await syncDirectory(dirname(options.out));
    progress.end();
    if (options.json) printJson({ file: options.out, index, term, ...written });
    else
      printLine(
        `${options.out}: ${written.bytes} bytes, state at log index ${index}, sha256 ${written.sha256}`,
      );
    return EXIT.done;
  } catch (error) {
    progress.end();
    await rm(partial, { force: true });
    throw error;
  }
}

async function save(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  tell: (bytes: number) => void,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const file = await open(path, 'w', 0o600).catch((error: Error) => {
    throw new CliError('STRATA_FILE_UNWRITABLE', `${path} cannot be written: ${error.message}.`);
  });
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await file.appendFile(piece);
      bytes += piece.length;
      tell(bytes);
    }
    await file.sync();
  } catch (error) {
    throw new CliError(
      'STRATA_BACKUP_FAILED',
      `The backup broke off after ${bytes} bytes: ${(error as Error).message}.`,
    );
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** A file's name is durable only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
