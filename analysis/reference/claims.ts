export interface ExperimentClaim {
  readonly id: string;
  readonly what: string;
  /** What a sweep shows of it all the same. */
  readonly here?: string;
  /** Experiments of the lab that settle it. */
  readonly experiments: readonly string[];
}

/** Claims of the document that compare arms: no single sweep can settle them. */
export const EXPERIMENT_CLAIMS: readonly ExperimentClaim[] = [
  {
    id: 'N1',
    what: 'asynchronous against blocking I/O: throughput, latency, connections',
    experiments: ['N1'],
  },
  {
    id: 'N3',
    what: 'a connection a call, a pool, a pool with pre-connect over 1000 calls',
    experiments: ['N3', 'N3-cluster'],
  },
  {
    id: 'N5',
    what: 'fixed 1024-byte buffer against length-prefixed framing, 128 B to 1 MiB',
    experiments: ['N5', 'N5-cluster'],
  },
  {
    id: 'N6',
    what: 'protobuf against another codec',
    here: 'the share of the codec stands in section 7',
    experiments: ['N6', 'N6-cluster'],
  },
  {
    id: 'N7',
    what: 'one request an RPC against batches',
    here: 'messages per frame stand in section 1',
    experiments: ['N7', 'N7-cluster'],
  },
  { id: 'N8', what: 'one queue against a striped pool', experiments: ['N8'] },
  { id: 'N9', what: 'pool health: transitions, and recovery time under a cut link', experiments: ['N9'] },
  {
    id: 'L5',
    what: 'fsync, fdatasync and O_DSYNC under load',
    here: 'the bare primitives stand in the baseline',
    experiments: ['L5'],
  },
  {
    id: 'L6',
    what: 'batch size and sync interval, swept',
    here: 'the strategies stand in section 2 when the run compares them',
    experiments: ['L6'],
  },
  {
    id: 'L7',
    what: 'recovery time against log length, with and without snapshots',
    experiments: ['L7', 'L7-pause'],
  },
  {
    id: 'L8',
    what: 'syncs by what they sync: below 4 KiB 500 to 2,000/s, batches of 64 KiB 10,000 to 50,000/s, blocks of 1 MiB 50,000 to 200,000/s (its §2.5)',
    here: 'blocks synced one at a time stand in the baseline',
    experiments: ['L8'],
  },
  {
    id: 'L9',
    what: 'log on the loop, on the thread pool, on a thread of its own',
    experiments: ['L9', 'L9-cluster'],
  },
  {
    id: 'C2',
    what: 'a global lock held across I/O against the default',
    here: 'the wait share stands in section 7',
    experiments: ['C2'],
  },
  { id: 'C3', what: 'global lock, split locks, single owner', experiments: ['C3'] },
  {
    id: 'C4',
    what: 'heartbeat swept: CPU, bytes, detection time, needless elections',
    here: 'the share of the ticker stands in section 7',
    experiments: ['C4'],
  },
  {
    id: 'C5',
    what: 'applier that polls at 10 and 20 ms against one that is told',
    here: 'the share of the applier stands in section 7',
    experiments: ['C5'],
  },
  {
    id: 'C6',
    what: 'coarse-locked skip list against the ordered map in use',
    experiments: ['C6', 'C6-cluster'],
  },
  { id: 'C7', what: 'reads through the log, by ReadIndex, by lease, stale', experiments: ['C7'] },
  { id: 'C9', what: 'one batch under way against several', experiments: ['C9'] },
  { id: 'C12', what: 'one to n Raft groups', experiments: ['C12'] },
  { id: 'R5', what: "the document's before/after tables", experiments: ['N1', 'N3', 'N5'] },
];
