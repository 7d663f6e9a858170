import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { parseInteger } from '../lib/parse.js';

const SERVER_MAIN = new URL('../../server/main.js', import.meta.url);

export function serveCommand(): Command {
  return new Command('serve')
    .summary('run one node in this process')
    .description(
      'Run one node of a cluster in this process until SIGTERM or SIGINT, which let requests under way end.\n' +
        'Prints one JSON line on stdout when its ports listen.',
    )
    .requiredOption('--config <file>', 'configuration of the node, JSON')
    .option(
      '--id <n>',
      'which member this node is, instead of the id in the file',
      parseInteger(1, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  strata serve --config /tmp/cluster/node-1/config.json    start a node of `strata up` again\n  strata serve --config shared.json --id 2                  one file for all members',
    )
    .action(async ({ config, id }: { readonly config: string; readonly id?: number }) => {
      // The node reads its own command line; it stays this process, so that its pid is the node's.
      process.argv = [process.execPath, fileURLToPath(SERVER_MAIN), '--config', config];
      if (id !== undefined) process.argv.push('--id', `${id}`);
      await import(SERVER_MAIN.href);
      // From here on the node decides when the process ends, and with which exit code.
      await new Promise(() => {});
    });
}
