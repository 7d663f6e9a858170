import { parseBpftraceHistograms } from '../../../profiles/bpf/bpftrace-json.js';
import { KERNEL_HISTOGRAMS } from '../../../profiles/bpf/kernel-program.js';
import { portsOf } from '../../../profiles/descriptors/ports.js';
import { parseTcpTable } from '../../../profiles/descriptors/sockets.js';
import { ProbeError } from '../../../profiles/probe-error.js';
import { parseLoopbackBytes, parseSnmpTcp } from '../../../profiles/proc/net-counters.js';
import { parsePressure } from '../../../profiles/proc/pressure.js';
import { StraceReader } from '../../../profiles/strace/read-strace.js';
import { BpftraceSyncReader } from '../../../profiles/syncs/bpftrace-watcher.js';
import { describeSyncs } from '../../../profiles/syncs/describe-syncs.js';
import type { KernelLogReader } from '../../../profiles/syncs/kernel-syncs.js';
import { PerfSyncReader } from '../../../profiles/syncs/perf-watcher.js';
import { StraceSyncReader } from '../../../profiles/syncs/strace-watcher.js';
import { BpfCapture, SyncCallsCapture, SyscallCapture } from '../../../results/schema/index.js';
import type { Random } from '../../../server/sim/random.js';
import { equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode, type Mode, runMode, seedsOf } from './modes.js';

const HEAD = { probe: 'made up', node: 1, role: 'leader', pid: 7, seconds: 1, raw: [] } as const;
const PORTS = portsOf({ httpPort: 7001, peerPort: 7201, peerPorts: '7202' }, 'http://127.0.0.1:7001');
const TCP_TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1B59 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1C21 0100007F:C350 01 00000010:00000FFF 01:00000014 00000000     0        0 77 4 0000000000000000 20 4 30 10 -1
`;
const STRACE_LOG = `7 5.000001 futex(0x566f9c8, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL, FUTEX_BITSET_MATCH_ANY <unfinished ...>
8 5.000002 accept4(20<socket:[5]>, 0x7f, 0x7f, SOCK_CLOEXEC) = 33<socket:[90]> <0.000012>
8 5.000003 write(33<socket:[90]>, ""..., 77) = 77 <0.000003>
8 5.000004 openat(AT_FDCWD</d>, "wal/a \\76 b", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000009>
7 5.000005 <... futex resumed>) = 0 <0.025444>
7 5.000006 fdatasync(18</d/wal/0000000001-0000000000000001.wal>(deleted)) = 0 <0.000336>
7 5.000007 --- SIGCHLD {si_signo=SIGCHLD} ---
7 5.000008 restart_syscall(<... resuming interrupted futex ...>) = -1 ETIMEDOUT (Connection timed out) <0.004430>
8 5.000009 +++ exited with 0 +++
7 5.000010 futex(0x566f960, FUTEX_WAIT_PRIVATE, 2, NULL <detached ...>
`;
const STRACE_TABLE = `syscall              calls    errors     seconds  usecs/call shortest  longest
---------------- --------- --------- ----------- ----------- -------- --------
futex                    2         1    0.091765       18973 0.000008 0.943670
---------------- --------- --------- ----------- ----------- -------- --------
total                    2         1    0.091765       18973 0.000008 0.943670
`;
const BPFTRACE_SYNCS = `Attaching 7 probes...
watching
F 36396689558941 35803
S fdatasync 13302 18 36396688464656 1233692
`;
const PERF_SYNCS = `7/9 34847.147187703: syscalls:sys_enter_fdatasync: fd: 0x00000012
    7/7     34847.147276925:         block:block_rq_issue: 254,0 FF 0 () 0 + 0 0x0,0,0 [node]
    0/0     34847.147562345:      block:block_rq_complete: 254,0 FF () 0 + 0 0x0,0,0 [0]
7/9 34847.147576811:  syscalls:sys_exit_fdatasync: 0x0
node 7 [000] 5.1: PERF_RECORD_LOST lost 12
`;
const BPFTRACE_JSON = `{"type": "attached_probes", "data": {"probes": 6}}
{"type": "hist", "data": {"@sync": [{"min": 0, "max": 0, "count": 2}, {"min": 64, "max": 127, "count": 9}]}}
{"type": "hist", "data": {"@flush": [{"max": -1, "count": 3}]}}
`;

/** What a reader makes of any text fits the schema that it is kept in, and no call is lost silently. */
function readSyncs(reader: KernelLogReader, rest: Buffer): void {
  for (const line of rest.toString('utf8').split('\n')) reader.line(line);
  const view = reader.end();
  const { mainPath: _mainPath, ...syncs } = describeSyncs({
    view,
    account: [],
    window: { fromNs: 0, toNs: 1 },
    history: { pathAt: (descriptor) => `/d/wal/${descriptor}` },
    dsync: new Set(['/d/wal/18']),
    ours: true,
  });
  const document = { schema: 'strata.sync-calls/1', ...HEAD, method: 'strace', ...syncs, device: null };
  demand(SyncCallsCapture.safeParse(document));
  equal(
    'calls that nobody accounts for',
    syncs.unmatchedKernel,
    syncs.calls.length + syncs.dropped - view.lost,
  );
}

function demand({
  success,
  error,
}: {
  success: boolean;
  error?: { issues: readonly { path: PropertyKey[]; message: string }[] };
}): void {
  const issue = error?.issues[0];
  holds(success, `a capture that its schema refuses: ${issue?.path.join('.')} ${issue?.message}`);
}

const modes: readonly Mode[] = [
  {
    name: 'strace log',
    run(rest) {
      const reader = new StraceReader({
        pid: 7,
        ours: true,
        ports: PORTS,
        sockets: new Map(parseTcpTable(TCP_TABLE).map((socket) => [socket.inode, socket])),
        dsyncPaths: new Set(['/d/wal/0000000001-0000000000000001.wal']),
        threads: new Map([[8, 'pool']]),
      });
      for (const line of rest.toString('utf8').split('\n')) reader.line(line);
      const found = reader.end(6_000_000);
      demand(SyscallCapture.safeParse({ schema: 'strata.syscalls/1', ...HEAD, ...found }));
    },
    seeds: [STRACE_LOG, STRACE_LOG + STRACE_TABLE, ''],
  },
  {
    name: 'syncs by bpftrace',
    run: (rest) => readSyncs(new BpftraceSyncReader(), rest),
    seeds: [BPFTRACE_SYNCS],
  },
  { name: 'syncs by perf', run: (rest) => readSyncs(new PerfSyncReader(7), rest), seeds: [PERF_SYNCS] },
  {
    name: 'syncs by strace',
    run: (rest) => readSyncs(new StraceSyncReader((us) => us * 1_000), rest),
    seeds: [STRACE_LOG],
  },
  {
    name: 'histograms of bpftrace',
    run(rest) {
      const histograms = parseBpftraceHistograms(rest.toString('utf8'), KERNEL_HISTOGRAMS);
      demand(BpfCapture.safeParse({ schema: 'strata.bpf/1', ...HEAD, histograms }));
      for (const { buckets } of histograms) {
        holds(
          buckets.every(([edge], at) => at === 0 || edge > buckets[at - 1]![0]),
          'edges that do not ascend',
        );
      }
    },
    seeds: [BPFTRACE_JSON],
  },
  {
    name: 'tcp table',
    run(rest) {
      for (const { localPort, remotePort, inode } of parseTcpTable(rest.toString('latin1'))) {
        holds(localPort <= 65_535 && remotePort <= 65_535, `ports ${localPort} and ${remotePort}`);
        holds(Number.isSafeInteger(inode), `inode ${inode}`);
      }
    },
    seeds: [TCP_TABLE],
  },
  {
    name: 'counters',
    run(rest) {
      const text = rest.toString('latin1');
      const counts = [
        parsePressure(text),
        parseLoopbackBytes(text),
        ...Object.values(parseSnmpTcp(text) ?? {}),
      ];
      for (const count of counts)
        holds(count === null || (Number.isSafeInteger(count) && count >= 0), `${count}`);
    },
    seeds: [
      'some avg10=0.00 avg60=0.17 avg300=0.88 total=1065000991\nfull avg10=0.00 total=4\n',
      '    lo: 188383914554 111148644    0    0\n',
      'Tcp: RtoMin OutSegs RetransSegs\nTcp: 200 108428372 57391\n',
    ],
  },
];

/** Logs are torn, cut, doubled and mixed by the line: two halves of a call may come in any order, and not at all. */
function mutateLines(rest: Buffer, random: Random): Buffer {
  const lines = rest.toString('latin1').split('\n');
  const at = random.between(0, lines.length - 1);
  const line = lines[at]!;
  const other = random.pick(lines);
  const torn = (text: string): string => text.slice(0, random.between(0, text.length));
  const [removed, added] = random.pick<[number, string[]]>([
    [1, []],
    [0, [other]],
    [1, [other, line]],
    [1, [torn(line)]],
    [1, [torn(other) + line]],
  ]);
  lines.splice(at, removed, ...added);
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** What tracers and kernels write line by line: whatever it holds, what is read fits its schema, and torn lines are skipped. */
export const target: Target = {
  name: 'probe-logs',
  about: 'logs of strace, bpftrace and perf call by call, tables and counters of /proc',
  sources: [
    'profiles/strace/strace-log',
    'profiles/strace/futex-account',
    'profiles/strace/read-strace',
    'profiles/descriptors/call-target',
    'profiles/descriptors/sockets',
    'profiles/syncs/bpftrace-watcher',
    'profiles/syncs/perf-watcher',
    'profiles/syncs/describe-syncs',
    'profiles/bpf/bpftrace-json',
    'profiles/proc/net-counters',
    'profiles/proc/pressure',
  ],
  dictionary: [
    ' <unfinished ...>',
    '<... futex resumed>',
    ' <detached ...>',
    ') = ',
    '-1 EAGAIN',
    '? ERESTARTSYS',
    ' <0.000001>',
    '+++ killed by SIGKILL +++',
    'FUTEX_WAIT_PRIVATE, 2',
    'socket:[5]',
    'anon_inode:[eventfd]',
    '(deleted)',
    'AT_FDCWD</d>',
    '\\76',
    '\n',
    '9'.repeat(20),
    'sys_exit_fdatasync',
    'total=',
    '__proto__',
  ],
  seeds: () => seedsOf(modes),
  mutate: (input, random) => behindMode((rest) => mutateLines(rest, random), input),
  run: (input) => runMode(modes, input),
  isRefusal: (error) => error instanceof ProbeError,
  steps: { base: 8_000_000, perByte: 5_000 },
};
