import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeDocument } from '../../results/run-directory.js';
import { ProcCapture } from '../../results/schema/index.js';
import { kindOfPath } from '../descriptors/descriptor-kind.js';
import { openFiles } from '../descriptors/open-files.js';
import type { Probe, ProbeAvailability, ProbeSession, ProbeTarget } from '../probe.js';
import { ProbeError } from '../probe-error.js';
import { type DiskReading, diskWindow, readDisk } from '../proc/disk-stats.js';
import { type NetReading, readNet } from '../proc/net-counters.js';
import { type PressureReading, pressureShares, readPressure } from '../proc/pressure.js';
import { type ProcReading, procWindow, readProc } from '../proc/proc.js';
import { SocketSampler } from '../proc/socket-sampler.js';

/** What the kernel counts anyway, of one process and of the machine around it. */
export const procProbe: Probe = {
  name: 'proc',
  question:
    'What does the kernel count of the process and its machine: CPU, threads, switches, I/O, sockets, device, pressure?',
  tier: 'T1',
  cost: 'nothing for the process: files of /proc, a few times a second',
  watches: 'all',
  nodeArguments: [],
  byDefault: true,
  check: () => checkProc(),
  start,
};

/** `pid`: the process that is read to find out. */
export async function checkProc(pid = process.pid): Promise<ProbeAvailability> {
  if (readProc(pid) === null) return { available: false, detail: 'there is no /proc', install: null };
  return { available: true, detail: 'stat, io, task, net, fd of /proc/PID', install: null };
}

interface Reading {
  readonly takenNs: bigint;
  readonly process: ProcReading;
  readonly net: NetReading;
  readonly pressure: PressureReading;
  readonly disk: DiskReading | null;
}

async function start(target: ProbeTarget, directory: string): Promise<ProbeSession> {
  const folder = dataFolder(target);
  const before = read(target.pid, folder);
  const sampler = new SocketSampler(target.pid);
  sampler.start();
  return {
    stop: async () => {
      const sockets = sampler.stop();
      const after = read(target.pid, folder);
      const name = `node-${target.node}.json`;
      writeDocument(join(directory, name), ProcCapture, describe(target, before, after, sockets));
      return name;
    },
  };
}

function read(pid: number, folder: string | null): Reading {
  const reading = readProc(pid);
  if (reading === null) {
    throw new ProbeError('STRATA_PROBE_FAILED', `There is no process ${pid} to read in /proc. Did it end?`);
  }
  return {
    takenNs: process.hrtime.bigint(),
    process: reading,
    net: readNet(pid),
    pressure: readPressure(),
    disk: folder === null ? null : readDisk(folder),
  };
}

function describe(
  target: ProbeTarget,
  before: Reading,
  after: Reading,
  sockets: ProcCapture['sockets'],
): ProcCapture {
  const seconds = Number(after.takenNs - before.takenNs) / 1e9;
  const disk = before.disk === null || after.disk === null ? null : diskWindow(before.disk, after.disk);
  const { tcp: tcpBefore, loopbackBytes: loopbackBefore } = before.net;
  const { tcp: tcpAfter, loopbackBytes: loopbackAfter } = after.net;
  return {
    schema: 'strata.proc/1',
    probe: procProbe.name,
    node: target.node,
    role: target.role,
    pid: target.pid,
    seconds,
    raw: [],
    process: procWindow(before.process, after.process),
    sockets,
    tcp:
      tcpBefore === null || tcpAfter === null
        ? null
        : {
            segmentsOut: since(tcpBefore.segmentsOut, tcpAfter.segmentsOut),
            retransmitted: since(tcpBefore.retransmitted, tcpAfter.retransmitted),
          },
    loopbackBytes:
      loopbackBefore === null || loopbackAfter === null ? null : since(loopbackBefore, loopbackAfter),
    disk: disk === null ? null : withoutSchema(disk),
    pressure: pressureShares(before.pressure, after.pressure, seconds),
  };
}

/** A counter may begin again at nothing, when its device is made anew. */
function since(before: number, after: number): number {
  return after >= before ? after - before : after;
}

function withoutSchema({ schema: _schema, ...window }: NonNullable<ReturnType<typeof diskWindow>>) {
  return window;
}

/** Where a node has its log; of any other process, where it runs. Null where the kernel hides it. */
function dataFolder({ pid, node }: ProbeTarget): string | null {
  const ours = openFiles(pid).find(({ path }) => node > 0 && kindOfPath(path, true) === 'wal');
  if (ours !== undefined) return dirname(ours.path);
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
