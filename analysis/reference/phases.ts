/** One thing that a phase of the document's road map wants done. */
export interface DocumentItem {
  /** As the document puts it. */
  readonly todo: string;
  /** What of a server on one event loop it is about. */
  readonly here: string;
  /**
   * Ids of the rules whose finding this item, and not only something of its kind, would remove. A rule about the machine stands nowhere: no item of the document gives
   * a machine more CPUs.
   */
  readonly rules: readonly string[];
  /** Its effect concerns reads alone: a run without any has no evidence for or against it. */
  readonly readsOnly?: true;
  /** Experiments of the lab that do it, and measure what it gains. */
  readonly experiments: readonly string[];
}

/** One phase of the document's road map (its §6), and the gain it expects. Nothing of it was measured. */
export interface DocumentPhase {
  readonly name: string;
  readonly gainText: string;
  readonly items: readonly DocumentItem[];
}

const LOCKS = [
  'lock-contention',
  'lock-contention-threads',
  'lock-contention-futex',
  'lock-waits',
  'native-locks',
];
const APPLIER = ['applier-polls', 'apply-wait'];
const SYNCS = [
  'fsync-too-often',
  'fsync-too-often-syscalls',
  'fsync-dominates',
  'batch-wait',
  'better-strategy',
];

/** R2, R3. */
export const DOCUMENT_PHASES: readonly DocumentPhase[] = [
  {
    name: '1, at once',
    gainText: '+100 to 200 %',
    items: [
      {
        todo: 'make sure that the hook is on',
        here: 'socket reads and writes that block nobody',
        // Their share of the CPU tells nothing of it: every socket here is non-blocking, whatever it costs.
        rules: ['loop-stalls'],
        experiments: ['N1'],
      },
      {
        todo: 'mend sleepNMilliseconds',
        here: 'calls that hold the event loop up',
        rules: ['loop-stalls'],
        experiments: ['N1'],
      },
      {
        todo: 'mend LockQueue',
        here: 'native locks between threads',
        rules: ['native-locks', 'lock-contention-threads', 'lock-contention-futex'],
        experiments: [],
      },
      { todo: 'optimise applierTicker', here: 'the applier', rules: APPLIER, experiments: ['C5'] },
    ],
  },
  {
    name: '2, short term',
    gainText: '+50 to 100 %',
    items: [
      {
        todo: 'optimise the lock of the SkipList',
        here: 'the ordered map',
        rules: ['applier'],
        experiments: ['C6', 'C6-cluster'],
      },
      {
        todo: 'split the lock of kvServer',
        here: 'asynchronous locks',
        rules: LOCKS,
        experiments: ['C2', 'C3'],
      },
      {
        todo: 'batched fsync',
        here: 'entries that share a sync',
        rules: [...SYNCS, 'write-amplification'],
        experiments: ['L1', 'L6'],
      },
      {
        todo: 'stripe the lock of ConnectionPool',
        here: 'the code of the pool',
        rules: ['pool-cpu'],
        experiments: ['N8'],
      },
    ],
  },
  {
    name: '3, medium term',
    gainText: '+100 to 200 %',
    items: [
      {
        todo: "optimise Raft's lock",
        here: 'the slot in which proposals are made, and the queue before it',
        rules: [...LOCKS, 'propose-queue'],
        experiments: ['C2', 'C3'],
      },
      {
        todo: 'batched WAL',
        here: 'writes to the log',
        rules: ['log-writes', 'log-codec', 'batch-wait', 'write-amplification'],
        experiments: ['L6'],
      },
      {
        todo: 'pipelining: receive, parse, process and answer side by side',
        here: 'batches under way at once, and the one event loop that does all four',
        rules: ['propose-queue', 'batch-wait', 'remote-queue', 'loop-wait', 'loop-busy'],
        experiments: ['C9'],
      },
      {
        todo: 'lease reads',
        here: 'reads that the leader answers alone',
        rules: [],
        readsOnly: true,
        experiments: ['C7'],
      },
    ],
  },
];
