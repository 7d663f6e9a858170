/**
 * Composition root of one node: reads the configuration, builds the layers, hands them to the runtime. No logic lives here.
 * `node dist/server/main.js --config FILE [--with-parent]`; one JSON line on stdout once the ports listen.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { type NodeConfig, readNodeConfig } from './config/config.js';
import { RawNode } from './consensus/raw-node.js';
import { StrataError } from './errors.js';
import { NodeFileSystem } from './io/node-file-system.js';
import { openLog } from './log/open-log.js';
import { createHttpServer } from './network/http/http-server.js';
import { createTransport } from './network/peers/transport.js';
import type { PeerAddress } from './ports/transport.js';
import { SystemClock } from './runtime/host/system-clock.js';
import { watchVitals } from './runtime/host/vitals.js';
import { MetricsRegistry } from './runtime/metrics-registry.js';
import { NodeRuntime } from './runtime/node-runtime.js';
import { StateMachine } from './state/state-machine.js';

const EXIT = { usage: 2, environment: 4, internal: 70 } as const;

async function main(): Promise<void> {
  const { path, endsWithParent } = commandLine(process.argv.slice(2));
  const config = readNodeConfig(path);
  const logger = createLogger(config);
  const self = config.members.find((member) => member.id === config.id)!;
  const members: PeerAddress[] = config.members.map(({ id, host, peerPort, httpPort }) => ({
    id,
    host,
    peerPort,
    httpUrl: `http://${host}:${httpPort}`,
  }));
  const clock = new SystemClock();
  const metrics = new MetricsRegistry();
  const log = await openLog({
    directory: config.dataDir,
    clusterId: config.clusterId,
    nodeId: config.id,
    strategy: config.log.fsync,
    primitive: config.log.primitive,
    fsyncIntervalMs: config.log.fsyncIntervalMs,
    segmentBytes: config.log.segmentBytes,
    batchBytesMax: config.log.batchBytesMax,
    clock,
    metrics,
    fileSystem: new NodeFileSystem({ clock, metrics }),
    onFailure: (error) => fail(error),
  });
  const transport = createTransport({
    self: config.id,
    clusterId: config.clusterId,
    members,
    host: self.host,
    peerPort: self.peerPort,
    limits: config.limits,
    clock,
    random: { next: Math.random },
    metrics,
    log: logger,
  });
  const runtime = new NodeRuntime({
    id: config.id,
    clusterId: config.clusterId,
    members,
    raw: createCore(config, log.recovered),
    log,
    transport,
    machine: new StateMachine(),
    clock,
    metrics,
    logger,
    tickMs: config.raft.tickMs,
    heartbeatMs: config.raft.heartbeatMs,
    gatherBehindAppends: config.raft.gatherBehindAppends,
    gatherMsMax: config.raft.gatherMsMax,
    operationTimeoutMs: config.limits.operationTimeoutMs,
    sampleEvery: config.sampleEvery,
    // 48 bits leave room for every round of this life below 2^53.
    firstReadRound: randomBytes(4).readUInt32BE() * 65_536,
    identity: {
      pid: process.pid,
      strata: packageVersion(),
      nodejs: process.version,
      config: flatConfig(config),
    },
  });
  const http = createHttpServer({
    service: runtime,
    host: config.host,
    port: self.httpPort,
    limits: config.limits,
    clock,
    metrics,
    metricsSource: metrics,
    log: logger,
  });
  const vitals = watchVitals(metrics);
  await runtime.start();
  const { port } = await http.listen();
  process.stdout.write(
    `${JSON.stringify({ listening: true, id: config.id, http: `http://${config.host}:${port}`, peerPort: transport.port, pid: process.pid })}\n`,
  );

  let stopping = false;
  const shutDown = (signal: string): void => {
    // The second signal does not wait for anything.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'shutting down');
    void (async () => {
      runtime.beginDraining();
      await http.drain(config.limits.drainTimeoutMs);
      await runtime.handOver(2 * config.raft.electionTimeoutMsMin);
      runtime.stop();
      await http.close();
      await transport.close();
      await log.close();
      vitals.stop();
      process.exit(0);
    })().catch(fail);
  };
  process.on('SIGTERM', () => shutDown('SIGTERM'));
  process.on('SIGINT', () => shutDown('SIGINT'));
  // A launcher that is killed cannot stop its nodes; the end of their standard input tells them.
  if (endsWithParent) process.stdin.on('end', () => stopping || shutDown('the launcher ended')).resume();
}

function createCore(
  config: NodeConfig,
  recovered: { hardState: RawNodeConfig['hardState']; entries: RawNodeConfig['entries'] },
): RawNode {
  const { raft } = config;
  return new RawNode({
    id: config.id,
    voters: config.members.map((member) => member.id),
    hardState: recovered.hardState,
    entries: recovered.entries,
    applied: 0,
    electionTicksMin: Math.ceil(raft.electionTimeoutMsMin / raft.tickMs),
    electionTicksMax: Math.ceil(raft.electionTimeoutMsMax / raft.tickMs),
    heartbeatTicks: raft.heartbeatMs / raft.tickMs,
    preVote: true,
    checkQuorum: true,
    appendBytesMax: raft.appendBytesMax,
    inflightMessagesMax: raft.inflightMessagesMax,
    inflightBytesMax: raft.inflightBytesMax,
    uncommittedBytesMax: raft.uncommittedBytesMax,
    asyncStorageWrites: true,
    commitNotice: 'tick',
    random: () => randomInt(2 ** 31) / 2 ** 31,
  });
}

type RawNodeConfig = ConstructorParameters<typeof RawNode>[0];

function createLogger(config: NodeConfig): pino.Logger {
  // Asynchronous destination: a blocked stderr must not stop the protocol loop (etcd-io/etcd#22214).
  return pino(
    { level: config.logLevel, base: { node: config.id } },
    pino.destination({ dest: 2, sync: false, minLength: 0, maxLength: 1_048_576 }),
  );
}

function commandLine(args: readonly string[]): { readonly path: string; readonly endsWithParent: boolean } {
  const [flag, path, extra] = args;
  const isKnown = extra === undefined || extra === '--with-parent';
  if (flag !== '--config' || path === undefined || !isKnown || args.length > 3) {
    process.stderr.write('strata: usage: node main.js --config FILE [--with-parent] (STRATA_USAGE)\n');
    process.exit(EXIT.usage);
  }
  return { path, endsWithParent: extra !== undefined };
}

/** The configuration as `/debug/layers` shows it: one flat record. */
function flatConfig(config: NodeConfig): Record<string, string | number | boolean> {
  const { raft, log } = config;
  return {
    nodes: config.members.length,
    fsync: log.fsync,
    primitive: log.primitive,
    fsyncIntervalMs: log.fsyncIntervalMs,
    segmentBytes: log.segmentBytes,
    batchBytesMax: log.batchBytesMax,
    ...raft,
    sampleEvery: config.sampleEvery,
  };
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The node cannot go on: one sentence for people, an exit code for programs. A stack only where it helps: a broken invariant. */
function fail(error: unknown): never {
  if (error instanceof StrataError) {
    process.stderr.write(`strata: ${error.message} (${error.code})\n`);
    process.exit(error.code.startsWith('STRATA_CONFIG') ? EXIT.usage : EXIT.environment);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`strata: internal error, the node stops (STRATA_INTERNAL)\n${text}\n`);
  process.exit(EXIT.internal);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
await main().catch(fail);
