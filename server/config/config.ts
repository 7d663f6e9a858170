import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { StrataError } from '../errors.js';

const port = z.number().int().min(0, 'a port is 0 to 65535').max(65_535, 'a port is 0 to 65535');
const ms = z.number().int().positive('must be a positive number of milliseconds');
const count = z.number().int().positive('must be a positive number');
const bytes = z.number().int().positive('must be a positive number of bytes');

/** Strategy of durability; one meaning each (DESIGN: A, B, C, G). */
export const FsyncStrategy = z.enum(['always', 'interval', 'none', 'group']);
export type FsyncStrategy = z.infer<typeof FsyncStrategy>;

export const FsyncPrimitive = z.enum(['fdatasync', 'fsync', 'dsync']);
export type FsyncPrimitive = z.infer<typeof FsyncPrimitive>;

const Member = z.strictObject({
  id: count,
  host: z.string().min(1),
  /** Where the other nodes reach this one. */
  peerPort: port,
  httpPort: port,
});

const Raft = z.strictObject({
  /** Length of a logical tick. Every tick wakes an idle process, which costs up to 0.15 ms of CPU on a virtual machine. */
  tickMs: ms.default(20),
  /** Heartbeat interval; 50–150 ms suits a local network. */
  heartbeatMs: ms.default(100),
  /** A follower that hears nothing campaigns after a time drawn from [min, max). At least three heartbeats. */
  electionTimeoutMsMin: ms.default(400),
  electionTimeoutMsMax: ms.default(600),
  /** Most bytes of entries in one append message. */
  appendBytesMax: bytes.default(1_048_576),
  /** Appends on the way to one follower, in messages and in bytes. */
  inflightMessagesMax: count.default(256),
  inflightBytesMax: bytes.default(16_777_216),
  /**
   * Own appends that may be under way at the leader's disk before writes gather for the next one: they would wait for the disk anyway, and
   * gathered they share one message per follower. 0 sends every turn of the loop on its way at once.
   */
  gatherBehindAppends: z.number().int().nonnegative('must be 0 or more').default(1),
  /** Longest time that writes gather; a disk that stalls must not hold up the followers. */
  gatherMsMax: ms.default(5),
  /** Bytes proposed and not yet committed; more are refused with STRATA_PROPOSAL_DROPPED. */
  uncommittedBytesMax: bytes.default(67_108_864),
});

const Log = z.strictObject({
  fsync: FsyncStrategy.default('group'),
  primitive: FsyncPrimitive.default('fdatasync'),
  /** Strategy `interval`: time between background syncs. */
  fsyncIntervalMs: ms.default(100),
  /** Size of a preallocated segment file. */
  segmentBytes: bytes.min(65_536, 'must be at least 65536').default(67_108_864),
  /** Most bytes of one write; what waits beyond it goes with the next. */
  batchBytesMax: bytes.default(4_194_304),
});

const Limits = z.strictObject({
  keyBytesMax: bytes.default(1024),
  valueBytesMax: bytes.default(1_048_576),
  headerBytesMax: bytes.default(16_384),
  connectionsMax: count.default(10_000),
  /** Requests accepted and not yet answered. */
  requestsInFlightMax: count.default(50_000),
  headersTimeoutMs: ms.default(5_000),
  requestTimeoutMs: ms.default(10_000),
  keepAliveTimeoutMs: ms.default(65_000),
  /** Time a write or read may take inside the cluster. */
  operationTimeoutMs: ms.default(5_000),
  /** Bytes queued to one peer before messages are dropped. */
  peerQueueBytesMax: bytes.default(67_108_864),
  peerFrameBytesMax: bytes.default(33_554_432),
  /** SIGTERM: longest wait for requests under way. */
  drainTimeoutMs: ms.default(5_000),
});

export const NodeConfig = z.strictObject({
  id: count,
  clusterId: z.string().min(1).max(64),
  /** Folder of the write-ahead log; made when missing. */
  dataDir: z.string().min(1),
  /** Address that the client ports bind to. */
  host: z.string().min(1).default('127.0.0.1'),
  members: z.array(Member).min(1),
  raft: Raft.prefault({}),
  log: Log.prefault({}),
  limits: Limits.prefault({}),
  /** pino level. */
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** Stage records: one request in this many is sampled by the node itself; 0 samples only those that a client traces. */
  sampleEvery: z.number().int().nonnegative().default(256),
});
export type NodeConfig = z.infer<typeof NodeConfig>;
/** What stands in a file: fields with a default may be missing. */
export type NodeConfigInput = z.input<typeof NodeConfig>;

/** Checks a configuration; the first broken rule is a `StrataError` naming field, value and rule. */
export function parseNodeConfig(document: unknown): NodeConfig {
  const result = NodeConfig.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const path = unknown === undefined ? issue.path : [...issue.path, unknown];
    throw invalid(path.join('.') || '(root)', valueAt(document, path), issue.message);
  }
  checkRules(result.data);
  return result.data;
}

export function readNodeConfig(path: string): NodeConfig {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StrataError('STRATA_CONFIG_UNREADABLE', { path, reason: (error as Error).message });
  }
  return parseNodeConfig(document);
}

/** Rules that tie fields together, one sentence each. */
function checkRules({ raft, members, id }: NodeConfig): void {
  if (raft.electionTimeoutMsMin < 3 * raft.heartbeatMs) {
    throw invalid(
      'raft.electionTimeoutMsMin',
      raft.electionTimeoutMsMin,
      'must be at least three times raft.heartbeatMs, or one late heartbeat starts an election',
    );
  }
  if (raft.electionTimeoutMsMax <= raft.electionTimeoutMsMin) {
    throw invalid(
      'raft.electionTimeoutMsMax',
      raft.electionTimeoutMsMax,
      'must be above raft.electionTimeoutMsMin, or all nodes campaign at once',
    );
  }
  if (raft.heartbeatMs % raft.tickMs !== 0) {
    throw invalid('raft.heartbeatMs', raft.heartbeatMs, 'must be a multiple of raft.tickMs');
  }
  if (raft.inflightBytesMax < raft.appendBytesMax) {
    throw invalid('raft.inflightBytesMax', raft.inflightBytesMax, 'must be at least raft.appendBytesMax');
  }
  const ids = new Set(members.map((member) => member.id));
  if (ids.size !== members.length)
    throw invalid('members', [...members.map((m) => m.id)].join(','), 'must not name an id twice');
  if (!ids.has(id)) throw invalid('id', id, `must be one of the members (${[...ids].join(', ')})`);
  const ports = members.flatMap((member) =>
    [member.peerPort, member.httpPort].filter((p) => p !== 0).map((p) => `${member.host}:${p}`),
  );
  if (new Set(ports).size !== ports.length)
    throw invalid('members', ports.join(','), 'must not use a port twice on one host');
}

function invalid(field: string, actual: unknown, rule: string): StrataError {
  const shown =
    typeof actual === 'string' ? JSON.stringify(actual) : actual === undefined ? 'missing' : String(actual);
  return new StrataError('STRATA_CONFIG_INVALID', { field, actual: shown, rule });
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    document,
  );
}
