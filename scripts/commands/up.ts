import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { StrategyLetter } from '../../results/schema/index.js';
import type { FsyncPrimitive } from '../../server/config/config.js';
import { Cluster } from '../lib/cluster.js';
import { EXIT } from '../lib/exit-codes.js';
import { exitWith } from '../lib/exit-with.js';
import { interruptSignal, orInterrupted, whenAborted } from '../lib/interrupt.js';
import { printJson } from '../lib/output.js';
import { parseInteger, parseStrategy } from '../lib/parse.js';
import { primitiveOption } from '../lib/primitive-option.js';
import { createProgress } from '../lib/progress.js';

const PORT = parseInteger(1, 65_535);

interface UpOptions {
  readonly nodes: number;
  readonly data?: string;
  readonly fsync: StrategyLetter;
  readonly primitive: FsyncPrimitive;
  readonly fsyncInterval: number;
  readonly httpPort: number;
  readonly peerPort: number;
  readonly respPort: number;
  readonly verbose: boolean;
}

export function upCommand(): Command {
  return new Command('up')
    .summary('start a cluster on this machine')
    .description(
      'Start a cluster on this machine and keep it until SIGINT or SIGTERM. Prints one JSON line on stdout once a leader\n' +
        'serves. A node that dies later is named on stderr and not started again; `strata serve --config` with the path\n' +
        'from the JSON line does that.',
    )
    .option('--nodes <n>', 'number of nodes', parseInteger(1, 9), 3)
    .option(
      '--data <dir>',
      'folder of the cluster; one that exists is used again, with its ports (default: a temporary one)',
    )
    .option('--fsync <strategy>', 'A always, B interval, C none, G group', parseStrategy, 'G')
    .addOption(primitiveOption())
    .option('--fsync-interval <ms>', 'strategy B: time between syncs', parseInteger(1, 60_000), 100)
    .option('--http-port <port>', 'HTTP port of node 1; the others follow', PORT, 7001)
    .option('--resp-port <port>', 'Redis protocol port of node 1; the others follow', PORT, 7101)
    .option('--peer-port <port>', 'port between nodes of node 1; the others follow', PORT, 7201)
    .option('--verbose', 'tell on stderr what happens, in a pipe too', false)
    .addHelpText(
      'after',
      '\nExamples:\n  strata up\n  strata up --nodes 5 --fsync always --data /var/tmp/cluster\n  curl -X PUT --data hello http://127.0.0.1:7001/kv/greeting\n  redis-cli -p 7101 get greeting',
    )
    .action(exitWith(up));
}

async function up(options: UpOptions): Promise<number> {
  const signal = interruptSignal();
  const progress = createProgress(options);
  const temporary = options.data === undefined ? mkdtempSync(join(tmpdir(), 'strata-up-')) : null;
  const directory = temporary ?? resolve(options.data!);
  try {
    progress.status(`starting ${options.nodes} nodes in ${directory}`);
    const cluster = await orInterrupted(
      Cluster.start({
        nodes: options.nodes,
        directory,
        httpPort: options.httpPort,
        peerPort: options.peerPort,
        respPort: options.respPort,
        strategy: options.fsync,
        primitive: options.primitive,
        fsyncIntervalMs: options.fsyncInterval,
      }),
      signal,
    );
    cluster.onNodeLost = (node, how) =>
      progress.warn(
        `strata: node ${node.id} ended ${how}; start it again with: strata serve --config ${node.configPath}`,
      );
    const leader = await orInterrupted(cluster.waitForLeader(), signal);
    progress.end();
    printJson({ ready: true, leader: leader.id, nodes: describe(cluster) });
    await whenAborted(signal);
    progress.status('stopping');
    await cluster.stop();
    progress.end();
    return EXIT.done;
  } finally {
    if (temporary !== null) rmSync(temporary, { recursive: true, force: true });
  }
}

function describe(cluster: Cluster): unknown[] {
  return cluster.planned.map((planned, index) => ({
    id: planned.id,
    pid: cluster.nodes[index]!.pid,
    http: cluster.urls[index],
    resp: `redis://${planned.config.members[index]!.host}:${planned.config.members[index]!.respPort}`,
    peerPort: planned.config.members[index]!.peerPort,
    config: planned.configPath,
    dataDir: planned.config.dataDir,
    log: cluster.nodes[index]!.logPath,
  }));
}
