/** What of our server a hot function of the document is compared with; `report/hot-function-table.ts` reads each of them off a profile. */
export type HotMeasure =
  | 'consensus and state'
  | 'peer codec'
  | 'log codec'
  | 'sockets'
  | 'runtime'
  | 'coroutines'
  | 'pool'
  | 'locks'
  | 'connects'
  | 'buffers'
  | 'syncs'
  | 'file writes'
  | 'log'
  | 'log and disk'
  | 'sending appends'
  | 'stepping messages'
  | 'peers'
  | 'ticks'
  | 'applying'
  | 'votes';

/** A row of the document's tables of hot functions (its §1.2, §1.3, §2.2, §2.4, §3.2, §3.3), shares of CPU samples in per cent. */
export interface DocumentHotFunction {
  readonly name: string;
  /** What it expects of a healthy server; null where only its examples show the function. */
  readonly expected: string | null;
  /** Its example of a healthy node, and of a leader whose lock is contended. */
  readonly example?: string;
  readonly contended?: string;
  readonly measure: HotMeasure;
}

export interface DocumentHotTable {
  readonly name: string;
  readonly role: 'leader' | 'follower';
  readonly functions: readonly DocumentHotFunction[];
}

/** C11. All of its shares are estimates. */
export const DOCUMENT_HOT_TABLES: readonly DocumentHotTable[] = [
  {
    name: 'network (its §1.2, §1.3)',
    role: 'leader',
    functions: [
      { name: 'Raft::AppendEntries, Apply', expected: '40–70', measure: 'consensus and state' },
      { name: 'protobuf::SerializeToString, ParseFromString', expected: '10–15', measure: 'peer codec' },
      { name: 'IOManager::schedule', expected: '5–10', measure: 'runtime' },
      { name: 'Fiber::swapContext', expected: '3–5', measure: 'coroutines' },
      { name: 'ConnectionPool::getConnection', expected: '2–4', measure: 'pool' },
      { name: 'send, recv', expected: '< 5', measure: 'sockets' },
      { name: 'pthread_mutex_lock, _unlock', expected: '< 3', measure: 'locks' },
      { name: 'connect', expected: '< 1', measure: 'connects' },
      { name: 'std::vector resize, reserve', expected: '< 2', measure: 'buffers' },
    ],
  },
  {
    name: 'log and I/O (its §2.2, §2.4)',
    role: 'leader',
    functions: [
      { name: 'Raft, state machine', expected: '35–45', measure: 'consensus and state' },
      { name: 'fsync, fdatasync', expected: '10–30', measure: 'syncs' },
      { name: 'protobuf, persisted data', expected: '3–15', measure: 'log codec' },
      { name: 'std::ofstream::write', expected: '5–10', measure: 'file writes' },
      { name: 'IOManager', expected: '5–10', measure: 'runtime' },
      { name: 'Persister::saveRaftState', expected: '< 5', measure: 'log' },
    ],
  },
  {
    name: 'leader (its §3.2, §3.3)',
    role: 'leader',
    functions: [
      {
        name: 'sendAppendEntries',
        expected: '20–30',
        example: '18.56',
        contended: '12.45',
        measure: 'sending appends',
      },
      { name: 'leaderHearBeatTicker', expected: '15–25', example: '14.23', measure: 'ticks' },
      {
        name: 'AppendEntries1',
        expected: '10–15',
        example: '9.87',
        contended: '15.23',
        measure: 'stepping messages',
      },
      { name: 'RPC: send, recv, CallMethod', expected: '10–15', example: '12.45', measure: 'peers' },
      { name: 'persist', expected: '5–10', example: '8.34', contended: '7.82', measure: 'log and disk' },
      { name: 'applier', expected: '5–10', example: '5.89', measure: 'applying' },
      {
        name: 'pthread_mutex_lock, _unlock, __lll_lock_wait',
        expected: '< 5',
        example: '2.45',
        contended: '52.92',
        measure: 'locks',
      },
      { name: 'protobuf::SerializeToString', expected: null, example: '7.12', measure: 'peer codec' },
      { name: 'IOManager::schedule', expected: null, example: '4.23', measure: 'runtime' },
      { name: 'ConnectionPool::getConnection', expected: null, example: '3.67', measure: 'pool' },
      { name: 'Fiber::swapContext', expected: null, example: '2.91', measure: 'coroutines' },
    ],
  },
  {
    name: 'follower (its §3.2, §3.3)',
    role: 'follower',
    functions: [
      { name: 'AppendEntries1', expected: '30–40', example: '28.45', measure: 'stepping messages' },
      { name: 'persist', expected: '15–20', example: '16.78', measure: 'log and disk' },
      { name: 'applier', expected: '10–15', example: '12.34', measure: 'applying' },
      { name: 'RPC: send, recv, CallMethod', expected: '10–15', example: '7.89', measure: 'peers' },
      { name: 'leaderElectionTicker', expected: '5–10', example: '4.56', measure: 'ticks' },
      { name: 'm_mtx', expected: '< 5', measure: 'locks' },
      { name: 'sendRequestVote', expected: '< 2', measure: 'votes' },
      { name: 'protobuf::ParseFromString', expected: null, example: '9.23', measure: 'peer codec' },
      { name: 'fsync', expected: null, example: '5.67', measure: 'syncs' },
    ],
  },
];
