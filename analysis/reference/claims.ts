export interface ExperimentClaim {
  readonly id: string;
  readonly what: string;
  /** What a sweep shows of it all the same. */
  readonly here?: string;
}

/** Claims of the document that compare arms: no single sweep can settle them. */
export const EXPERIMENT_CLAIMS: readonly ExperimentClaim[] = [
  { id: 'N1', what: 'asynchronous against blocking I/O: throughput, latency, connections' },
  { id: 'N3', what: 'a connection a call, a pool, a pool with pre-connect over 1000 calls' },
  { id: 'N5', what: 'fixed 1024-byte buffer against length-prefixed framing, 128 B to 1 MiB' },
  { id: 'N6', what: 'protobuf against another codec', here: 'the share of the codec stands in section 7' },
  { id: 'N7', what: 'one request an RPC against batches', here: 'messages per frame stand in section 1' },
  { id: 'N8', what: 'one queue against a striped pool' },
  { id: 'N9', what: 'pool health: transitions, and recovery time under a cut link' },
  {
    id: 'L5',
    what: 'fsync, fdatasync and O_DSYNC under load',
    here: 'the bare primitives stand in the baseline',
  },
  {
    id: 'L6',
    what: 'batch size and sync interval, swept',
    here: 'the strategies stand in section 2 when the run compares them',
  },
  { id: 'L7', what: 'recovery time against log length, with and without snapshots' },
  { id: 'L9', what: 'log on the loop, on the thread pool, on a thread of its own' },
  {
    id: 'C2',
    what: 'a global lock held across I/O against the default',
    here: 'the wait share stands in section 7',
  },
  { id: 'C3', what: 'global lock, split locks, single owner' },
  {
    id: 'C4',
    what: 'heartbeat swept: CPU, bytes, detection time, needless elections',
    here: 'the share of the ticker stands in section 7',
  },
  {
    id: 'C5',
    what: 'applier that polls at 10 and 20 ms against one that is told',
    here: 'the share of the applier stands in section 7',
  },
  { id: 'C6', what: 'coarse-locked skip list against the ordered map in use' },
  { id: 'C7', what: 'reads through the log, by ReadIndex, by lease, stale' },
  { id: 'C9', what: 'one batch under way against several' },
  { id: 'C12', what: 'one to n Raft groups' },
  { id: 'R5', what: "the document's before/after tables" },
];
