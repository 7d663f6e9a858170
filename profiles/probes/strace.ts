import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { SyscallCapture } from '../../results/schema/index.js';
import { dsyncPaths } from '../descriptors/open-files.js';
import { nodePorts } from '../descriptors/ports.js';
import { readTcpSockets } from '../descriptors/sockets.js';
import { installHint } from '../machine/install-hint.js';
import { withoutProjectPath } from '../machine/without-project-path.js';
import {
  PROBE_SECONDS_DEFAULT,
  type Probe,
  type ProbeSession,
  type ProbeStartOptions,
  type ProbeTarget,
} from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { readThreadKinds } from '../proc/thread-kinds.js';
import { readLogLines } from '../strace/log-file.js';
import { StraceReader } from '../strace/read-strace.js';
import { checkStrace, runStrace } from '../strace/run-strace.js';
import { runTool } from '../tools/run-tool.js';

/** `-C`: log and table. `-w`: wall time inside the call; without it a call that blocks looks free. */
const BASE_ARGS = ['-C', '-w'];
const COLUMNS = 'name,calls,errors,total-time,avg-time,min-time,max-time';
/** About half a million calls: the process is let go then. */
const LOG_BYTES_MAX = 48 * 1024 * 1024;
/** The log grows until the next look at its size, and the table follows. */
const READ_LIMITS = { bytesMax: 2 * LOG_BYTES_MAX, linesMax: 2_000_000 };

/** Every system call of every thread: how often, how long, how many failed, on what, for which layer. */
export const straceProbe: Probe = {
  name: 'strace',
  question: 'Which system calls does each layer make, on what, how long do they take, how many fail?',
  tier: 'T2',
  cost: "two stops per system call: throughput falls to a fifth, and every call takes the tracer's time besides",
  watches: 'pair',
  nodeArguments: [],
  byDefault: true,
  check: () => checkStrace('strace'),
  start,
};

async function start(
  target: ProbeTarget,
  directory: string,
  options: ProbeStartOptions = { seconds: PROBE_SECONDS_DEFAULT },
): Promise<ProbeSession> {
  const help = await runTool('strace', ['--help']);
  if (help === null) {
    throw new ProbeError(
      'STRATA_PROBE_UNAVAILABLE',
      `strace is not installed. ${installHint('strace') ?? ''}`,
    );
  }
  // Old versions cannot choose columns; their table lacks the shortest and the longest call.
  const columns = help.stdout.includes('-U COLUMNS') ? ['-U', COLUMNS] : [];
  const logPath = join(directory, `node-${target.node}.strace.log`);
  const before = await outsideView(target);
  const run = await runStrace({
    pid: target.pid,
    logPath,
    args: [...BASE_ARGS, ...columns],
    seconds: options.seconds,
    logBytesMax: LOG_BYTES_MAX,
  });
  return {
    stop: async () => {
      try {
        const traced = await run.stop();
        return await save(target, directory, logPath, traced, before);
      } finally {
        rmSync(logPath, { force: true });
      }
    },
  };
}

type OutsideView = Awaited<ReturnType<typeof outsideView>>;

/** What /proc and the node itself say, asked while nobody traces: a traced process would answer late. */
async function outsideView(target: ProbeTarget) {
  return {
    ports: await nodePorts(target.url),
    sockets: readTcpSockets(target.pid) ?? new Map(),
    dsync: dsyncPaths(target.pid),
    threads: readThreadKinds(target.pid),
  };
}

async function save(
  target: ProbeTarget,
  directory: string,
  logPath: string,
  { seconds, endedMs }: { readonly seconds: number; readonly endedMs: number },
  before: OutsideView,
): Promise<string> {
  const name = `node-${target.node}`;
  const reader = new StraceReader({
    pid: target.pid,
    ours: target.node > 0,
    ports: before.ports,
    // A socket that is in both tables is the same one: inodes are not given out again so soon.
    sockets: new Map([...before.sockets, ...(readTcpSockets(target.pid) ?? [])]),
    dsyncPaths: new Set([...before.dsync, ...dsyncPaths(target.pid)]),
    threads: readThreadKinds(target.pid, before.threads),
  });
  const raw = [`${name}.strace.txt`, `${name}.strace.log.gz`] as const;
  await readLogLines(logPath, join(directory, raw[1]), READ_LIMITS, withoutProjectPath, (line) =>
    reader.line(line),
  );
  const found = reader.end(endedMs * 1_000);
  writeFileSync(join(directory, raw[0]), reader.table);
  const capture: SyscallCapture = {
    schema: 'strata.syscalls/1',
    probe: straceProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: [...raw],
    ...found,
  };
  writeDocument(join(directory, `${name}.json`), SyscallCapture, capture);
  return `${name}.json`;
}
