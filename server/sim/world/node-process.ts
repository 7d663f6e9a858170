import { parseNodeConfig } from '../../config/config.js';
import type { NodeId, SnapshotMeta } from '../../consensus/messages.js';
import { RawNode } from '../../consensus/raw-node.js';
import { openStorage, type Storage } from '../../log/open-storage.js';
import type { FileSystem } from '../../ports/file-system.js';
import type { LogStorage } from '../../ports/log-storage.js';
import type { Logger } from '../../ports/logger.js';
import type { PeerAddress } from '../../ports/transport.js';
import { firstSnapshot } from '../../runtime/bootstrap.js';
import { MetricsRegistry } from '../../runtime/metrics-registry.js';
import { NodeRuntime } from '../../runtime/node-runtime.js';
import { restoreState } from '../../runtime/restore.js';
import type { StateMachine } from '../../state/state-machine.js';
import type { NodeProcess } from '../contracts.js';
import type { SimPlan } from '../plan.js';
import type { Random } from '../random.js';
import type { LifeClock } from './life-clock.js';
import type { SimNetwork } from './sim-network.js';

export const CLUSTER_ID = 'sim';
const HOST = '127.0.0.1';
const DATA_DIRECTORY = '/data';
/** A request that no leader took for this long is answered with STRATA_TIMEOUT. */
export const OPERATION_TIMEOUT_MS = 2_000;

/** What a product's default would hide in a run of some seconds: small windows, short rests, little memory. */
const LIMITS = parseNodeConfig({
  id: 1,
  clusterId: CLUSTER_ID,
  dataDir: DATA_DIRECTORY,
  members: [{ id: 1, host: HOST, peerPort: 1, httpPort: 2 }],
}).limits;
const RAFT_LIMITS = {
  appendBytesMax: 4_096,
  inflightMessagesMax: 16,
  inflightBytesMax: 32_768,
  uncommittedBytesMax: 1 << 20,
} as const;
const DISK_STALL_MS = 400;
const DISK_STALL_REST_MS = 1_500;

export interface ProcessOptions {
  readonly id: NodeId;
  readonly life: number;
  readonly plan: SimPlan;
  /** Members that its configuration names; it founds the cluster with them unless it joins. */
  readonly addresses: readonly PeerAddress[];
  readonly joins: boolean;
  readonly clock: LifeClock;
  readonly random: Random;
  readonly network: SimNetwork;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly onFailure: (error: Error) => void;
  /** The process is built and has not done anything yet. */
  readonly onBuilt: (process: NodeProcess) => void;
}

export function addressOf(id: NodeId): PeerAddress {
  return { id, host: HOST, peerPort: 7_200 + id, httpUrl: `http://${HOST}:${7_000 + id}` };
}

/** As an operator names it to the cluster. */
export function newMember(id: NodeId) {
  return { id, host: HOST, peerPort: 7_200 + id, httpPort: 7_000 + id, respPort: 0 };
}

/** Builds a node the way `server/main.ts` does, from the same parts in the same order. */
export async function startProcess(options: ProcessOptions): Promise<void> {
  const { clock } = options;
  const metrics = new MetricsRegistry();
  const storage = await openData(options, metrics);
  const machine = (await restoreState({ snapshots: storage.snapshots, clock }, storage.snapshot))!;
  const { log, snapshots, snapshot, storageId } = storage;
  const raw = createCore(options, log, snapshot.meta);
  let runtime: NodeRuntime;
  const registry = {
    isRemoved: (peer: NodeId) => runtime.isRemoved(peer),
    storageIdOf: (peer: NodeId) => runtime.storageIdOf(peer),
    appliedIndex: () => runtime.appliedIndex(),
  };
  const transport = options.network.transportOf(options.id, storageId, registry, clock);
  runtime = createRuntime(options, { ...storage, raw, transport, machine, metrics });
  if (clock.isDead) return;
  options.onBuilt({ runtime, raw, log, snapshots, clock });
  await runtime.start();
}

function openData(options: ProcessOptions, metrics: MetricsRegistry): Promise<Storage> {
  const { id, life, plan, clock, addresses, joins, fileSystem } = options;
  const members = joins ? [] : addresses.map((address) => newMember(address.id));
  return openStorage({
    directory: DATA_DIRECTORY,
    clusterId: CLUSTER_ID,
    nodeId: id,
    strategy: plan.strategy,
    primitive: plan.primitive,
    fsyncIntervalMs: 50,
    segmentBytes: plan.segmentBytes,
    batchBytesMax: 8_192,
    clock,
    metrics,
    fileSystem,
    onFailure: options.onFailure,
    bootstrap: firstSnapshot(members),
    newStorageId: `disk-${id}-${life}`,
  });
}

function createCore(
  { id, plan, random }: ProcessOptions,
  { recovered }: LogStorage,
  snapshot: SnapshotMeta,
): RawNode {
  const { hardState, base, entries } = recovered;
  const { raft } = plan;
  return new RawNode({
    id,
    snapshot,
    hardState,
    base,
    entries,
    electionTicksMin: Math.ceil(raft.electionTimeoutMsMin / raft.tickMs),
    electionTicksMax: Math.ceil(raft.electionTimeoutMsMax / raft.tickMs),
    heartbeatTicks: raft.heartbeatMs / raft.tickMs,
    preVote: true,
    checkQuorum: true,
    ...RAFT_LIMITS,
    asyncStorageWrites: true,
    commitNotice: 'tick',
    random: random.next,
  });
}

type Parts = Storage & {
  readonly raw: RawNode;
  readonly transport: ReturnType<SimNetwork['transportOf']>;
  readonly machine: StateMachine;
  readonly metrics: MetricsRegistry;
};

function createRuntime(options: ProcessOptions, parts: Parts): NodeRuntime {
  const { id, plan, addresses, clock, random, logger, onFailure } = options;
  const { raw, log, snapshots, storageId, transport, machine, metrics } = parts;
  return new NodeRuntime({
    id,
    clusterId: CLUSTER_ID,
    knownAddresses: addresses,
    hasClientTls: false,
    storageId,
    raw,
    log,
    snapshots,
    transport,
    machine,
    clock,
    metrics,
    syncs: { after: () => ({ next: 0, dropped: 0, syncs: [] }) },
    isMeasured: true,
    logger,
    onFailure,
    ...plan.raft,
    gatherBehindAppends: 1,
    gatherMsMax: 5,
    diskStallMs: DISK_STALL_MS,
    diskStallRestMs: DISK_STALL_REST_MS,
    snapshotRules: { ...plan.snapshots, logBytesMin: 4 * plan.segmentBytes, keepBytes: 1 << 20 },
    operationTimeoutMs: OPERATION_TIMEOUT_MS,
    limits: LIMITS,
    sampleEvery: 0,
    firstReadRound: random.between(0, 2 ** 32 - 1) * 65_536,
    identity: { pid: id, strata: '0', nodejs: 'v20', config: { fsync: plan.strategy } },
  });
}
