import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { restoreBackup } from '../lib/backup-file.js';
import { CliError } from '../lib/cli-error.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { printJson, printLine } from '../lib/output.js';
import { parseInteger } from '../lib/parse.js';

const PORT = parseInteger(1, 65_535);

interface Options {
  readonly from: string;
  readonly data: string;
  readonly clusterId?: string;
  readonly id: number;
  readonly host: string;
  readonly peerPort: number;
  readonly httpPort: number;
  readonly respPort: number;
  readonly json: boolean;
}

export function restoreCommand(): Command {
  return new Command('restore')
    .summary('make a data directory from a backup')
    .description(
      'Make the data directory of a new cluster with one node from a backup, after checking every byte of it. Keys, revisions, times to live and\n' +
        'sessions are kept; the members of the old cluster are not. Further nodes join with `strata member add`.',
    )
    .requiredOption('--from <file>', 'a file that `strata backup` wrote')
    .requiredOption('--data <dir>', 'the directory to make; one that holds anything is refused')
    .option('--cluster-id <name>', 'name of the new cluster (default: a new one)')
    .option('--id <n>', 'id of the node', parseInteger(1, Number.MAX_SAFE_INTEGER), 1)
    .option('--host <host>', 'where others will reach it', '127.0.0.1')
    .option('--peer-port <port>', 'its port between nodes', PORT, 7201)
    .option('--http-port <port>', 'its HTTP port', PORT, 7001)
    .option('--resp-port <port>', 'its Redis protocol port, 0 for none', parseInteger(0, 65_535), 0)
    .option('--json', 'stdout is one JSON document', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata restore --from /var/backups/strata.snapshot --data /var/lib/strata/data --cluster-id restored\n' +
        '  strata serve --config config.json       # with the same id, clusterId, dataDir and ports',
    )
    .action(exitWith(restore));
}

async function restore(options: Options): Promise<number> {
  if (!existsSync(options.from))
    throw new CliError('STRATA_FILE_UNREADABLE', `${options.from} does not exist.`);
  const { id, host, peerPort, httpPort, respPort } = options;
  const clusterId = options.clusterId ?? randomBytes(8).toString('hex');
  const dataDir = resolve(options.data);
  const member = { id, host, peerPort, httpPort, respPort, storageId: '' };
  const { index, term } = await restoreBackup({ from: resolve(options.from), dataDir, clusterId, member });
  if (options.json) printJson({ dataDir, clusterId, id, index, term });
  else
    printLine(
      `${dataDir}: node ${id} of cluster ${clusterId}, state at log index ${index}; start it with "clusterId": "${clusterId}" in its configuration`,
    );
  return EXIT.done;
}
