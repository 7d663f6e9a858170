/**
 * Composition root of one node: reads the configuration, builds the layers, hands them to the runtime. No logic lives here.
 * `node dist/server/main.js --config FILE [--with-parent]`; one JSON line on stdout once the ports listen.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { configWarnings, type NodeConfig, readNodeConfig } from './config/config.js';
import { type ConfigFacts, configFacts } from './config/config-facts.js';
import { RawNode } from './consensus/raw-node.js';
import { parseFailpoint, Trap } from './io/failpoint.js';
import { openDisk } from './io/open-disk.js';
import { NO_SYNCS, type SyncLog, SyncRing } from './io/sync-ring.js';
import { openStorage, type Storage } from './log/open-storage.js';
import { createHttpServer } from './network/http/http-server.js';
import { labPeers } from './network/peers/lab/lab-peers.js';
import { createTransport, type PeerTransport } from './network/peers/transport.js';
import { trapSends } from './network/peers/trapped-sends.js';
import { createRespServer } from './network/resp/resp-server.js';
import { createAuthenticator } from './network/security/authenticator.js';
import { checkListenRules } from './network/security/listen-rules.js';
import { readPeerSecret } from './network/security/peer-secret.js';
import { readTls } from './network/security/tls.js';
import type { PeerAddress, PeerRegistry } from './ports/transport.js';
import { AlternatingRegistry, Alternation } from './runtime/alternation.js';
import { firstSnapshot } from './runtime/bootstrap.js';
import { commandLine } from './runtime/host/command-line.js';
import { heapWarning } from './runtime/host/heap-room.js';
import { fail, say } from './runtime/host/last-words.js';
import { LogLines } from './runtime/host/log-lines.js';
import { SystemClock } from './runtime/host/system-clock.js';
import { processCpuNs, watchVitals } from './runtime/host/vitals.js';
import { labStrategies } from './runtime/lab/lab-strategies.js';
import { urlHost } from './runtime/member-book.js';
import { MetricsRegistry } from './runtime/metrics-registry.js';
import { NodeRuntime } from './runtime/node-runtime.js';
import { QuietRegistry } from './runtime/quiet-registry.js';
import { restoreState } from './runtime/restore.js';
import { createSkipList } from './state/lab/skip-list.js';
import { type CreateRecords, createOrderedMap } from './state/ordered-records.js';
import type { StateMachine } from './state/state-machine.js';

const FLUSH_MS = 200;

/** What every layer is handed. */
interface Base {
  readonly config: NodeConfig;
  readonly self: NodeConfig['members'][number];
  readonly clock: SystemClock;
  readonly metrics: MetricsRegistry;
  /** Only where the cost of measuring is measured. */
  readonly alternation: Alternation | null;
  readonly syncs: SyncLog;
  /** What the store is made of. */
  readonly createRecords: CreateRecords;
  /** What `/debug/layers` says of the configuration. */
  readonly facts: ConfigFacts;
  readonly logger: Logger;
  /** Only under test: kills the process at a named step. */
  readonly trap: Trap | null;
}

function createRegistry(isMeasured: boolean, alternation: Alternation | null): MetricsRegistry {
  if (alternation !== null) return new AlternatingRegistry(alternation);
  return isMeasured ? new MetricsRegistry() : new QuietRegistry();
}

async function main(): Promise<void> {
  const { path, id, endsWithParent } = commandLine(process.argv.slice(2));
  const config = readNodeConfig(path, id);
  const clock = new SystemClock();
  const isMeasured = config.testing.instrumentation !== 'off';
  const alternation = config.testing.instrumentation === 'alternating' ? new Alternation(clock) : null;
  const metrics = createRegistry(isMeasured, alternation);
  const ring = isMeasured ? new SyncRing() : NO_SYNCS;
  const syncs = alternation === null ? ring : alternation.between(ring, NO_SYNCS);
  const lines = new LogLines(2, metrics);
  const logger = pino({ level: config.logLevel, base: { node: config.id } }, lines);
  const self = config.members.find((member) => member.id === config.id)!;
  const { failpoint } = config.testing;
  const trap = failpoint === undefined ? null : new Trap(parseFailpoint(failpoint));
  const facts = configFacts(config);
  const createRecords = config.testing.lab.store === 'skip-list' ? createSkipList : createOrderedMap;
  const base: Base = { config, self, clock, metrics, alternation, syncs, createRecords, facts, logger, trap };
  for (const warning of [...configWarnings(config), ...checkListenRules(config)]) logger.warn(warning);
  const tightHeap = heapWarning(config.limits.stateBytesMax);
  if (tightHeap !== null) logger.warn(tightHeap);
  const listener = clientListener(base);
  const storage = await openData(base);
  const machine = await restore(base, storage);
  let runtime: NodeRuntime;
  const transport = openTransport(base, storage, {
    isRemoved: (peer) => runtime.isRemoved(peer),
    storageIdOf: (peer) => runtime.storageIdOf(peer),
    appliedIndex: () => runtime.appliedIndex(),
  });
  if (trap !== null) trapSends(transport, trap);
  runtime = createRuntime(base, storage, transport, machine);
  const servers = { service: runtime, admin: runtime.admin, ...listener };
  const http = createHttpServer({
    ...servers,
    port: self.httpPort,
    metricsSource: metrics,
    build: { version: packageVersion(), nodejs: process.version },
  });
  const resp =
    self.respPort === undefined
      ? null
      : createRespServer({
          ...servers,
          port: self.respPort,
          info: { version: packageVersion(), fsync: config.log.fsync },
        });
  const vitals = watchVitals(metrics, {
    clock,
    isMeasured,
    onGcPause: (kind, atNs, endNs) => runtime.journal.span('gc', atNs, endNs, kind),
  });
  await runtime.start();
  const { port } = await http.listen();
  const respPort = resp === null ? null : (await resp.listen()).port;
  // The file may have left the choice to the system.
  Object.assign(facts, { httpPort: port, respPort: respPort ?? 0, peerPort: transport.port });
  say({
    listening: true,
    id: config.id,
    http: `${listener.tls === null ? 'http' : 'https'}://${config.host}:${port}`,
    ...(respPort === null
      ? {}
      : { resp: `${listener.tls === null ? 'redis' : 'rediss'}://${config.host}:${respPort}` }),
    peerPort: transport.port,
    pid: process.pid,
  });

  let stopping = false;
  const shutDown = (signal: string): void => {
    // The second signal does not wait for anything.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'shutting down');
    void (async () => {
      const { drainTimeoutMs } = config.limits;
      runtime.beginDraining();
      await Promise.all([http.drain(drainTimeoutMs), resp?.drain(drainTimeoutMs)]);
      await runtime.handOver(2 * config.raft.electionTimeoutMsMin);
      runtime.stop();
      await Promise.all([http.close(), resp?.close(), runtime.closed()]);
      await transport.close();
      await storage.log.close();
      vitals.stop();
      await lines.flush(FLUSH_MS);
      process.exit(0);
    })().catch(fail);
  };
  process.on('SIGTERM', () => shutDown('SIGTERM'));
  process.on('SIGINT', () => shutDown('SIGINT'));
  // A launcher that is killed cannot stop its nodes; the end of their standard input tells them.
  if (endsWithParent) process.stdin.on('end', () => stopping || shutDown('the launcher ended')).resume();
}

/** What both client listeners are handed. */
function clientListener({ config, clock, metrics, logger }: Base) {
  const { clientTls } = config.security;
  return {
    host: config.host,
    limits: config.limits,
    auth: createAuthenticator(config.security, logger),
    tls: clientTls === undefined ? null : readTls('security.clientTls', clientTls, logger),
    clock,
    metrics,
    log: logger,
  };
}

async function openData({ config, clock, metrics, syncs, trap }: Base): Promise<Storage> {
  const { disk: kind, lab } = config.testing;
  const disk = { kind, io: lab.io, dataDirectory: config.dataDir, trap };
  const members = config.join ? [] : config.members;
  return openStorage({
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
    fileSystem: await openDisk({ ...disk, clock, metrics, syncs }),
    onFailure: fail,
    bootstrap: firstSnapshot(members.map((member) => ({ ...member, respPort: member.respPort ?? 0 }))),
    newStorageId: randomUUID(),
  });
}

async function restore(
  { clock, createRecords, logger }: Base,
  { snapshot, snapshots }: Storage,
): Promise<StateMachine> {
  const startNs = clock.nowNs();
  const machine = (await restoreState({ snapshots, clock, createRecords }, snapshot))!;
  const ms = Math.round((clock.nowNs() - startNs) / 1e6);
  logger.info({ index: snapshot.meta.index, keys: machine.keyCount, ms }, 'state restored');
  return machine;
}

function openTransport(base: Base, { storageId }: Storage, registry: PeerRegistry): PeerTransport {
  const { config, self, clock, metrics, logger } = base;
  const { peerSecretFile, peerTls } = config.security;
  return createTransport({
    self: config.id,
    clusterId: config.clusterId,
    storageId,
    members: addresses(config),
    registry,
    host: config.peerHost ?? self.host,
    peerPort: self.peerPort,
    secret:
      peerSecretFile === undefined ? null : readPeerSecret('security.peerSecretFile', peerSecretFile, logger),
    tls: peerTls === undefined ? null : readTls('security.peerTls', peerTls, logger),
    limits: config.limits,
    clock,
    strategies: labPeers(config.testing.lab, metrics),
    random: { next: Math.random },
    metrics,
    log: logger,
  });
}

function createRuntime(
  { config, clock, metrics, alternation, syncs, createRecords, facts, logger }: Base,
  { log, snapshots, snapshot, storageId }: Storage,
  transport: PeerTransport,
  machine: StateMachine,
): NodeRuntime {
  const { raft, limits } = config;
  const isMeasured = config.testing.instrumentation !== 'off';
  return new NodeRuntime({
    id: config.id,
    clusterId: config.clusterId,
    knownAddresses: addresses(config),
    hasClientTls: config.security.clientTls !== undefined,
    storageId,
    raw: createCore(config, log.recovered, snapshot.meta),
    strategies: labStrategies(config.testing.lab, metrics, clock),
    log,
    snapshots,
    transport,
    machine,
    createRecords,
    clock,
    metrics,
    syncs,
    isMeasured,
    alternation,
    ...(isMeasured ? { cpuNs: processCpuNs } : {}),
    logger,
    onFailure: fail,
    tickMs: raft.tickMs,
    heartbeatMs: raft.heartbeatMs,
    electionTimeoutMsMin: raft.electionTimeoutMsMin,
    electionTimeoutMsMax: raft.electionTimeoutMsMax,
    gatherBehindAppends: raft.gatherBehindAppends,
    gatherMsMax: raft.gatherMsMax,
    diskStallMs: raft.diskStallMs,
    diskStallRestMs: raft.diskStallRestMs,
    snapshotRules: config.snapshots,
    operationTimeoutMs: limits.operationTimeoutMs,
    limits,
    sampleEvery: isMeasured ? config.sampleEvery : 0,
    // 48 bits leave room for every round of this life below 2^53.
    firstReadRound: randomBytes(4).readUInt32BE() * 65_536,
    identity: {
      pid: process.pid,
      strata: packageVersion(),
      nodejs: process.version,
      config: facts,
    },
  });
}

function createCore(
  config: NodeConfig,
  { hardState, base, entries }: Storage['log']['recovered'],
  snapshot: RawNodeConfig['snapshot'],
): RawNode {
  const { raft } = config;
  return new RawNode({
    id: config.id,
    snapshot,
    hardState,
    base,
    entries,
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

/** Where the configuration says that the nodes are. */
function addresses(config: NodeConfig): PeerAddress[] {
  const scheme = config.security.clientTls === undefined ? 'http' : 'https';
  return config.members.map(({ id, host, peerPort, httpPort }) => ({
    id,
    host,
    peerPort,
    httpUrl: `${scheme}://${urlHost(host)}:${httpPort}`,
  }));
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
await main().catch(fail);
