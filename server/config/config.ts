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
  /** Redis protocol; without it the member has no such listener. */
  respPort: port.optional(),
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
  /** A leader whose disk has not finished a write for this long hands its lead to a follower whose disk has. */
  diskStallMs: ms.default(1_000),
  /** After such a hand-over this node does not campaign and gives no lead away again for this long. */
  diskStallRestMs: ms.default(30_000),
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

const Snapshots = z.strictObject({
  /**
   * A snapshot is due when the log has grown by this much since the last one, or by as much as that one held, whichever is more: so writing
   * snapshots never costs more than writing the log.
   */
  logBytesMin: bytes.default(67_108_864),
  /** And at the latest after this many entries: they wait in memory. */
  entriesMax: count.default(500_000),
  /** Entries kept behind a snapshot, so that a follower a little behind needs no snapshot. */
  keepEntries: z.number().int().nonnegative('must be 0 or more').default(10_000),
  /** Bytes of state serialised in one turn of the event loop, and of one piece sent to a follower. */
  sliceBytes: bytes.max(1_048_576, 'must be at most 1048576').default(65_536),
});

const Role = z.enum(['read', 'write', 'admin']);

/** Files are read once at start. Without `tls` a listener speaks plain text. */
const Tls = z.strictObject({
  certFile: z.string().min(1),
  keyFile: z.string().min(1),
  /** Certificates that the other side's must be signed by. With it clients must show one. */
  caFile: z.string().min(1).optional(),
});

const Security = z.strictObject({
  /** For the client listeners (HTTP, RESP). */
  clientTls: Tls.optional(),
  /** For the peers; `caFile` is required, both sides show a certificate. */
  peerTls: Tls.required({ caFile: true }).optional(),
  /** File with the secret that all members share: both sides prove by HMAC to know it before any Raft byte. At least 16 bytes. */
  peerSecretFile: z.string().min(1).optional(),
  /** Bearer tokens of the clients, one per line of the file: role, space, token. Without it clients need none. */
  tokensFile: z.string().min(1).optional(),
  /** What a client without a token may do when there are tokens; `none` refuses it. Health checks need no token. */
  anonymousRole: Role.or(z.literal('none')).default('none'),
  /** Listen beyond the loopback without client tokens or without peer authentication. Only for a network that nobody else can reach. */
  allowInsecureListen: z.boolean().default(false),
});

const Limits = z.strictObject({
  keyBytesMax: bytes.default(1024),
  valueBytesMax: bytes.default(1_048_576),
  headerBytesMax: bytes.default(16_384),
  connectionsMax: count.default(10_000),
  /** Requests accepted and not yet answered, by each listener. */
  requestsInFlightMax: count.default(50_000),
  /** Commands of one RESP connection accepted and not yet answered; the socket is not read meanwhile. */
  pipelineMax: count.default(10_000),
  /** Steps of one command: MULTI, MSET, batch, transaction. */
  opsPerCommandMax: count.default(1_024),
  /** Bytes of keys and values of one command. */
  commandBytesMax: bytes.default(8_388_608),
  /** Items and bytes of one answer to a range. */
  rangeItemsMax: count.default(10_000),
  rangeBytesMax: bytes.default(4_194_304),
  watchesMax: count.default(1_000),
  /** Changes kept for watches to resume from, and kept back for one that is slow. */
  watchHistoryEvents: count.default(100_000),
  watchBacklogEvents: count.default(10_000),
  /** Estimated bytes of keys and values; writes that add are refused above. */
  stateBytesMax: bytes.default(2_147_483_648),
  /** Keys; V8 cannot hold more than 2^24 in one map. */
  keysMax: count.max(16_000_000, 'must be at most 16000000').default(16_000_000),
  sessionsMax: count.default(10_000),
  /** Answers kept per session. */
  sessionAnswersMax: count.default(64),
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
  /**
   * The first members of a new cluster, and where to reach the others of a running one. Read when the data directory is empty; from then on the
   * replicated membership counts.
   */
  members: z.array(Member).min(1),
  /** True on a node that is added to a running cluster: it starts without a vote and waits for `strata member add`. */
  join: z.boolean().default(false),
  raft: Raft.prefault({}),
  log: Log.prefault({}),
  snapshots: Snapshots.prefault({}),
  security: Security.prefault({}),
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
    [member.peerPort, member.httpPort, member.respPort ?? 0]
      .filter((p) => p !== 0)
      .map((p) => `${member.host}:${p}`),
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
