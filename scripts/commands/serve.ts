import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

const SERVER_MAIN = new URL('../../server/main.js', import.meta.url);

export function serveCommand(): Command {
  return new Command('serve')
    .summary('run one node in this process')
    .description(
      'Run one node of a cluster in this process until SIGTERM or SIGINT, which let requests under way end.\n' +
        'Prints one JSON line on stdout when its ports listen.',
    )
    .requiredOption('--config <file>', 'configuration of the node, JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  strata serve --config /tmp/cluster/node-1/config.json    start a node of `strata up` again',
    )
    .action(async ({ config }: { readonly config: string }) => {
      // The node reads its own command line; it stays this process, so that its pid is the node's.
      process.argv = [process.execPath, fileURLToPath(SERVER_MAIN), '--config', config];
      await import(SERVER_MAIN.href);
      // From here on the node decides when the process ends, and with which exit code.
      await new Promise(() => {});
    });
}
