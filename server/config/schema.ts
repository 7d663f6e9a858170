/** The configuration of a node: one field, one unit, one rule, one sentence. `README.md` is made from it. */
import { z } from 'zod';
import { Lab } from './lab.js';

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
  id: count.describe('Number of the node, 1 or above; never used again after the node was removed.'),
  host: z.string().min(1).describe('Name or address under which the other nodes and clients reach this one.'),
  peerPort: port.describe('Where the other nodes reach this one.'),
  httpPort: port.describe('HTTP. 0 lets the system choose.'),
  respPort: port.optional().describe('Redis protocol; without it the member has no such listener.'),
});

const Raft = z.strictObject({
  tickMs: ms
    .default(20)
    .describe(
      'Length of a logical tick. Every tick wakes an idle process, which costs up to 0.15 ms of CPU on a virtual machine.',
    ),
  heartbeatMs: ms.default(100).describe('Heartbeat interval; 50–150 ms suits a local network.'),
  electionTimeoutMsMin: ms
    .default(400)
    .describe(
      'A follower that hears nothing campaigns after a time drawn from [min, max). At least three heartbeats.',
    ),
  electionTimeoutMsMax: ms.default(600).describe('Upper end of that interval; must be above the lower one.'),
  appendBytesMax: bytes.default(1_048_576).describe('Most bytes of entries in one append message.'),
  inflightMessagesMax: count.default(256).describe('Appends on the way to one follower, in messages.'),
  inflightBytesMax: bytes.default(16_777_216).describe('And in bytes; at least raft.appendBytesMax.'),
  gatherBehindAppends: z
    .number()
    .int()
    .nonnegative('must be 0 or more')
    .default(1)
    .describe(
      "Own appends that may be under way at the leader's disk before writes gather for the next one: they would wait for the disk anyway, and gathered they share one message per follower. 0 sends every turn of the loop on its way at once.",
    ),
  gatherMsMax: ms
    .default(5)
    .describe('Longest time that writes gather; a disk that stalls must not hold up the followers.'),
  diskStallMs: ms
    .default(1_000)
    .describe(
      'A leader whose disk has not finished a write for this long hands its lead to a follower whose disk has.',
    ),
  diskStallRestMs: ms
    .default(30_000)
    .describe(
      'After such a hand-over this node does not campaign and gives no lead away again for this long.',
    ),
  uncommittedBytesMax: bytes
    .default(67_108_864)
    .describe('Bytes proposed and not yet committed; more are refused with STRATA_PROPOSAL_DROPPED.'),
});

const Log = z.strictObject({
  fsync: FsyncStrategy.default('group').describe(
    '`always` A: a sync for every entry. `interval` B: acknowledged after the write, synced in the background. `none` C: the kernel decides. `group` G: one sync for all that waited.',
  ),
  primitive: FsyncPrimitive.default('fdatasync').describe('System call that makes a write durable.'),
  fsyncIntervalMs: ms.default(100).describe('Strategy `interval`: time between background syncs.'),
  segmentBytes: bytes
    .min(65_536, 'must be at least 65536')
    .default(67_108_864)
    .describe('Size of a preallocated segment file.'),
  batchBytesMax: bytes
    .default(4_194_304)
    .describe('Most bytes of one write; what waits beyond it goes with the next.'),
});

const Snapshots = z.strictObject({
  logBytesMin: bytes
    .default(67_108_864)
    .describe(
      'A snapshot is due when the log has grown by this much since the last one, or by as much as that one held, whichever is more: so writing snapshots never costs more than writing the log.',
    ),
  entriesMax: count
    .default(500_000)
    .describe('And at the latest after this many entries: they wait in memory.'),
  keepEntries: z
    .number()
    .int()
    .nonnegative('must be 0 or more')
    .default(10_000)
    .describe('Entries kept behind a snapshot, so that a follower a little behind needs no snapshot.'),
  keepBytes: bytes
    .default(16_777_216)
    .describe('And no more than these bytes of them, however few that are: they stay in memory.'),
  sliceBytes: bytes
    .max(1_048_576, 'must be at most 1048576')
    .default(65_536)
    .describe(
      'Bytes of state serialised in one turn of the event loop, and of one piece sent to a follower.',
    ),
});

const Role = z.enum(['read', 'write', 'admin']);

/** Files are read once at start. Without `tls` a listener speaks plain text. */
const Tls = z.strictObject({
  certFile: z.string().min(1).describe('PEM file with the certificate chain.'),
  keyFile: z.string().min(1).describe('PEM file with the private key.'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe("Certificates that the other side's must be signed by. With it clients must show one."),
});

const Security = z.strictObject({
  clientTls: Tls.optional().describe('For the client listeners (HTTP, RESP).'),
  peerTls: Tls.required({ caFile: true })
    .optional()
    .describe('For the peers; `caFile` is required, both sides show a certificate.'),
  peerSecretFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the secret that all members share: both sides prove by HMAC to know it before any Raft byte. At least 16 bytes.',
    ),
  tokensFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Bearer tokens of the clients, one per line of the file: role, space, token. Without it clients need none.',
    ),
  anonymousRole: Role.or(z.literal('none'))
    .default('none')
    .describe(
      'What a client without a token may do when there are tokens; `none` refuses it. Health checks need no token.',
    ),
  allowInsecureListen: z
    .boolean()
    .default(false)
    .describe(
      'Listen beyond the loopback without client tokens or without peer authentication. Only for a network that nobody else can reach.',
    ),
});

const Limits = z.strictObject({
  keyBytesMax: bytes.max(65_535, 'must be at most 65535').default(1024).describe('Longest key.'),
  valueBytesMax: bytes.default(1_048_576).describe('Largest value.'),
  headerBytesMax: bytes.default(16_384).describe('Largest head of an HTTP request.'),
  connectionsMax: count.default(10_000).describe('Client connections of each listener.'),
  requestsInFlightMax: count
    .default(50_000)
    .describe('Requests accepted and not yet answered, by each listener.'),
  pipelineMax: count
    .default(10_000)
    .describe(
      'Commands of one RESP connection accepted and not yet answered; the socket is not read meanwhile.',
    ),
  opsPerCommandMax: count
    .max(65_536, 'must be at most 65536')
    .default(1_024)
    .describe('Steps of one command: MULTI, MSET, batch, transaction.'),
  commandBytesMax: bytes.default(8_388_608).describe('Bytes of keys and values of one command.'),
  rangeItemsMax: count.default(10_000).describe('Items of one answer to a range.'),
  rangeBytesMax: bytes.default(4_194_304).describe('Bytes of keys and values of one answer to a range.'),
  watchesMax: count.default(1_000).describe('Watches of one node.'),
  watchHistoryEvents: count
    .default(100_000)
    .describe('Changes kept for watches to resume from, and kept back for one that is slow.'),
  watchBacklogEvents: count
    .default(10_000)
    .describe(
      'Changes kept back for a watch that is slow; beyond it the watch ends with STRATA_WATCH_TOO_SLOW.',
    ),
  watchHistoryBytesMax: bytes
    .default(67_108_864)
    .describe('Bytes of keys and values in the changes kept for watches, besides their number.'),
  watchHistory: z
    .enum(['on-demand', 'always'])
    .default('on-demand')
    .describe(
      '`on-demand`: changes are kept from the first watch of this node until ten minutes after its last. `always`: from the start, so that a watch may move here from another node; a few per cent of the throughput of writes.',
    ),
  waitingRequestsMax: count
    .default(100_000)
    .describe('Requests of clients and other nodes that wait in this node; more get STRATA_OVERLOADED.'),
  waitingBytesMax: bytes
    .default(268_435_456)
    .describe('Bytes of keys and values in requests that wait in this node.'),
  applyLagEntriesMax: count
    .default(20_000)
    .describe('Entries committed and not yet applied; writes get STRATA_OVERLOADED beyond it.'),
  stateBytesMax: bytes
    .default(2_147_483_648)
    .describe('Estimated bytes of keys and values; writes that add are refused above.'),
  keysMax: count
    .max(16_000_000, 'must be at most 16000000')
    .default(16_000_000)
    .describe('Keys; V8 cannot hold more than 2^24 in one map.'),
  sessionsMax: count
    .default(10_000)
    .describe('Client sessions; the least recently used one ends when there are more.'),
  sessionAnswersMax: count.default(64).describe('Answers kept per session.'),
  headersTimeoutMs: ms.default(5_000).describe('Time in which the head of an HTTP request must be complete.'),
  requestTimeoutMs: ms.default(10_000).describe('Time in which a whole HTTP request must be complete.'),
  keepAliveTimeoutMs: ms.default(65_000).describe('Time an idle HTTP connection is kept.'),
  operationTimeoutMs: ms.default(5_000).describe('Time a write or read may take inside the cluster.'),
  peerQueueBytesMax: bytes
    .default(67_108_864)
    .describe('Bytes queued to one peer before messages are dropped.'),
  peerFrameBytesMax: bytes.default(33_554_432).describe('Largest frame between peers.'),
  drainTimeoutMs: ms.default(5_000).describe('SIGTERM: longest wait for requests under way.'),
});

/** Left out by everybody but tests; refused on a node that other machines can reach. */
const Testing = z.strictObject({
  disk: z
    .enum(['real', 'power-cut'])
    .default('real')
    .describe(
      '`power-cut`: for tests only. Nothing that was not synced reaches the disk, so that kill -9 loses what a power cut loses. Refused beyond the loopback.',
    ),
  failpoint: z
    .string()
    .min(1)
    .optional()
    .describe(
      'For tests only: NAME:PHASE:HIT, the step at which the process kills itself. PHASE is `before`, `during` or `after`; the names are in server/io/failpoint.ts. Refused beyond the loopback.',
    ),
  instrumentation: z
    .enum(['on', 'off', 'alternating'])
    .default('on')
    .describe(
      '`off`: for measurements of the measuring only. The node keeps counters and limits and measures no time: no histograms, stages, locks or single syncs. `alternating`: on and off in turns of a second, so that the two can be compared within one process. Refused beyond the loopback.',
    ),
  lab: Lab.prefault({}),
});

export const NodeConfig = z.strictObject({
  id: count.describe('Which of the members this node is.'),
  // Half a surrogate pair has no UTF-8: the data directory would be of another cluster at the next start.
  clusterId: z
    .string()
    .min(1)
    .max(64)
    .regex(/^\P{Surrogate}*$/u, 'must be Unicode text')
    .describe('Name of the cluster; nodes of another one are refused.'),
  dataDir: z.string().min(1).describe('Folder of log and snapshots; made when missing.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address that the client ports bind to.'),
  peerHost: z
    .string()
    .min(1)
    .optional()
    .describe("Address that the peer port binds to; without it the member's own host."),
  members: z
    .array(Member)
    .min(1)
    .describe(
      'The first members of a new cluster, and where to reach the others of a running one. Read when the data directory is empty; from then on the replicated membership counts.',
    ),
  join: z
    .boolean()
    .default(false)
    .describe(
      'True on a node that is added to a running cluster: it starts without a vote and waits for `strata member add`.',
    ),
  raft: Raft.prefault({}),
  log: Log.prefault({}),
  snapshots: Snapshots.prefault({}),
  security: Security.prefault({}),
  limits: Limits.prefault({}),
  testing: Testing.prefault({}),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('pino level.'),
  sampleEvery: z
    .number()
    .int()
    .nonnegative()
    .default(256)
    .describe(
      'Stage records: one request in this many is sampled by the node itself; 0 samples only those that a client traces.',
    ),
});
export type NodeConfig = z.infer<typeof NodeConfig>;
/** What stands in a file: fields with a default may be missing. */
export type NodeConfigInput = z.input<typeof NodeConfig>;
