import { attributeCpuProfile } from '../../../profiles/attribution/attribute.js';
import { parseCpuProfile } from '../../../profiles/attribution/cpuprofile.js';
import { ProbeError } from '../../../profiles/probe-error.js';
import { parseDiskStat } from '../../../profiles/proc/disk-stats.js';
import { statFields } from '../../../profiles/proc/proc.js';
import { classifyThreads } from '../../../profiles/proc/proc-threads.js';
import { parseStraceTable } from '../../../profiles/strace/strace-table.js';
import { CpuCapture, SyscallCapture } from '../../../results/schema/index.js';
import { mutateJson } from '../engine/mutate-json.js';
import { equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { behindMode, type Mode, runMode, seedsOf } from './modes.js';

const HEAD = { probe: 'made up', node: 1, role: 'leader', pid: 2, seconds: 1, raw: [] } as const;
const frame = (functionName: string, url: string, lineNumber: number) => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber,
  columnNumber: 0,
});
const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)', '', -1), children: [2, 3] },
    {
      id: 2,
      callFrame: frame('*apply', 'file:///x/dist/server/state/store.js', 9),
      children: [4],
      positionTicks: [{ line: 10, ticks: 2 }],
    },
    { id: 3, callFrame: frame('(garbage collector)', '', -1) },
    { id: 4, callFrame: frame('writev', 'node:internal/fs', 3) },
  ],
  startTime: 100,
  endTime: 900,
  samples: [2, 4, 2, 3],
  timeDeltas: [10, 20, -5, 30],
};
const TABLE = `syscall              calls    errors     seconds  usecs/call shortest  longest
---------------- --------- --------- ----------- ----------- -------- --------
futex                  690        60   13.091765       18973 0.000008 0.943670
epoll_pwait            847              2.259716        2667 0.000007 0.494624
---------------- --------- --------- ----------- ----------- -------- --------
total                 1537        60   15.351481        6750 0.000007 0.943670
`;
const OLD_TABLE = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 90.00    0.500000         500      1000         1 read
------ ----------- ----------- --------- --------- ----------------
100.00    0.500000                  1000         1 total
`;

const modes: readonly Mode[] = [
  {
    name: 'strace',
    run(rest) {
      const rows = parseStraceTable(rest.toString('utf8'));
      const capture = SyscallCapture.safeParse({
        schema: 'strata.syscalls/1',
        ...HEAD,
        probe: 'strace',
        rows,
      });
      holds(
        capture.success,
        `rows that no capture can hold: ${capture.error?.issues[0]?.path.join('.')} ${capture.error?.issues[0]?.message}`,
      );
    },
    seeds: [TABLE, OLD_TABLE, ''],
  },
  {
    name: 'cpuprofile',
    run(rest) {
      const profile = parseCpuProfile(rest.toString('utf8'), 'node-1.cpuprofile');
      const capture = attributeCpuProfile(profile, { ...HEAD, raw: [], intervalUs: 100 });
      const parsed = CpuCapture.safeParse(capture);
      holds(
        parsed.success,
        `a capture that its schema refuses: ${parsed.error?.issues[0]?.path.join('.')} ${parsed.error?.issues[0]?.message}`,
      );
      const layers = Object.values(capture.layers).reduce((sum, us) => sum + us, 0);
      // Sums of doubles differ in the last digits.
      holds(
        Math.abs(layers - capture.sampledUs) <= 1e-6 * Math.max(1, Math.abs(capture.sampledUs)),
        `layers have ${layers} of ${capture.sampledUs}`,
      );
    },
    seeds: [JSON.stringify(PROFILE)],
  },
  {
    name: 'proc stat',
    run(rest) {
      const fields = statFields(rest.toString('utf8'));
      if (fields !== null) holds(Object.values(fields).every(Number.isFinite), 'a field that is no number');
    },
    seeds: ['7 (a b) c) S 1 7 7 0 -1 4194560 1 0 0 0 12 34 0 0 20 0 11 0 5678 1 2'],
  },
  {
    name: 'disk stat',
    run(rest) {
      const reading = parseDiskStat(rest.toString('utf8'), 'vda');
      if (reading !== null)
        holds(Number.isSafeInteger(reading.writes) && reading.writes >= 0, `${reading.writes} writes`);
    },
    seeds: ['  1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n'],
  },
  {
    name: 'threads',
    run(rest) {
      const sights = rest
        .toString('latin1')
        .split('\n')
        .map((line, at) => ({ tid: at + 1, comm: line.split(';')[0]!, syscall: line.split(';')[1] ?? null }));
      equal('kinds', classifyThreads(1, sights, (address) => address < 2n ** 40n, 'x64').size, sights.length);
    },
    seeds: ['node;running\nnode;202 0x7f0000000010 0x80\nnode;202 0x55 0\nnode;281 0x1\nlibuv-worker;0 0x1'],
  },
];

/** What tools and kernels print: a table or a sentence, and what is read fits the schema it is kept in. */
export const target: Target = {
  name: 'probe-output',
  about: 'summaries of strace, .cpuprofile files, texts of /proc and /sys',
  sources: [
    'profiles/strace-table',
    'profiles/attribution/cpuprofile',
    'profiles/attribution/attribute',
    'profiles/proc-threads',
  ],
  dictionary: [
    'total',
    'syscall calls seconds',
    '% time',
    '\n',
    ' 0.000001',
    '9'.repeat(30),
    '"children":[1]',
    '"id":1',
    '1e308',
    '-',
    'running',
    '__proto__',
    '(root)',
    'file:///x/dist/server/log/a.js',
    '/node_modules/a/',
  ],
  seeds: () => seedsOf(modes),
  mutate: (input, random) => behindMode((rest) => mutateJson(rest, random), input),
  run: (input) => runMode(modes, input),
  isRefusal: (error) => error instanceof ProbeError,
  steps: { base: 8_000_000, perByte: 5_000 },
};
