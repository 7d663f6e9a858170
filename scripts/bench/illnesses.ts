import type { StrategyLetter } from '../../results/schema/index.js';
import type { NodeConfigInput } from '../../server/config/config.js';

/** A cluster that is known to suffer from one thing. */
export interface Illness {
  readonly name: string;
  /** The rule whose title the report must put first; null for a cluster that is well. */
  readonly rule: string | null;
  readonly clients: number;
  readonly strategy: StrategyLetter;
  readonly heartbeatMs?: number;
  /** Command in front of each node's own. */
  readonly wrapper?: readonly string[];
  readonly adjust?: (config: NodeConfigInput) => NodeConfigInput;
}

const SLOW_DISK_US = 15_000;

/**
 * Every sync of a node takes 15 ms more: a tracer holds its thread back when the call returns, as a slow device would. Only this call is stopped, and the
 * tracer stands aside (`-D`), so that the process that is started is the node.
 */
const SLOW_SYNCS = [
  ...['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null'],
  ...['-e', 'trace=fdatasync', '-e', `inject=fdatasync:delay_exit=${SLOW_DISK_US}`, '--'],
];

const HEARTBEAT_MS = 10;
/** Before a node gives a request up, and before a client does. */
export const PATIENCE_MS = 30_000;

type Lab = NonNullable<NonNullable<NodeConfigInput['testing']>['lab']>;

const withLab =
  (lab: Lab) =>
  (config: NodeConfigInput): NodeConfigInput => ({
    ...config,
    testing: { ...config.testing, lab: { ...config.testing?.lab, ...lab } },
  });

export const ILLNESSES: readonly Illness[] = [
  { name: 'slow-disk', rule: 'slow-disk', clients: 100, strategy: 'G', wrapper: SLOW_SYNCS },
  { name: 'strategy-a', rule: 'fsync-too-often', clients: 100, strategy: 'A' },
  {
    name: 'global-lock',
    rule: 'lock-contention',
    clients: 1000,
    strategy: 'G',
    // Behind one lock a thousand writes take turns at the disk: on a slow machine longer than a write may take otherwise.
    adjust: (config) =>
      withLab({ lock: 'global' })({
        ...config,
        limits: { ...config.limits, operationTimeoutMs: PATIENCE_MS },
      }),
  },
  {
    name: 'heartbeat',
    rule: 'heartbeat-too-often',
    clients: 100,
    strategy: 'G',
    heartbeatMs: HEARTBEAT_MS,
    adjust: (config) => ({
      ...config,
      raft: { ...config.raft, tickMs: HEARTBEAT_MS / 2, heartbeatMs: HEARTBEAT_MS },
    }),
  },
  {
    name: 'polling-applier',
    rule: 'applier-polls',
    clients: 100,
    strategy: 'G',
    adjust: withLab({ applier: 'poll-10ms' }),
  },
  { name: 'well', rule: null, clients: 100, strategy: 'G' },
];
