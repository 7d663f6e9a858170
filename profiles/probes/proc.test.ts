import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDocument } from '../../results/run-directory.js';
import { ProcCapture } from '../../results/schema/index.js';
import { parseLoopbackBytes, parseSnmpTcp } from '../proc/net-counters.js';
import { parsePressure, pressureShares, readPressure } from '../proc/pressure.js';
import { SYNCS_PROCESS } from '../testing/syscall-syncs.js';
import { runWork, SYSCALL_IDLE } from '../testing/syscall-workloads.js';
import { scratchFolder, startWorkload, type Workload, writeFiles } from '../testing/workload.js';
import { checkProc, procProbe } from './proc.js';

const { available, detail } = await procProbe.check();

describe('the proc probe', { skip: available ? false : detail, concurrency: false }, () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  async function capture(
    files: Readonly<Record<string, string>>,
    args: readonly string[],
    during: (workload: Workload) => Promise<unknown>,
  ): Promise<ProcCapture> {
    writeFiles(folder.path, files);
    const workload = await startWorkload(folder.path, files, args);
    try {
      const session = await procProbe.start(
        { node: 1, role: 'leader', pid: workload.pid, url: null },
        folder.path,
      );
      await during(workload);
      return readDocument(join(folder.path, await session.stop()), ProcCapture);
    } finally {
      await workload.stop();
    }
  }

  it('sees what a process writes, and the device under it', async () => {
    const {
      process: used,
      disk,
      seconds,
    } = await capture(SYNCS_PROCESS, ['plain'], (workload) =>
      runWork(workload.pid, join(folder.path, 'done')),
    );
    assert.ok(seconds > 0 && used.threads.length > 4, JSON.stringify(used));
    // 25 writes of 100 bytes and 10 of one.
    assert.ok(used.io === null || used.io.wchar >= 2_510, JSON.stringify(used.io));
    assert.ok(disk === null || disk.writes > 0, JSON.stringify(disk));
  });
  it('sees bytes that wait in a socket because nobody takes them, and that they passed the loopback', async () => {
    const server = net.createServer((socket) => socket.pause());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const files = {
      'send.mjs': `
        import net from 'node:net';
        const socket = net.connect(${port}, '127.0.0.1', () => console.log('connected'));
        process.once('SIGUSR2', () => socket.write(Buffer.alloc(32 * 1024 * 1024)));
        setInterval(() => undefined, 60_000);
      `,
    };
    try {
      const { sockets, tcp, loopbackBytes } = await capture(files, [], async ({ pid }) => {
        process.kill(pid, 'SIGUSR2');
        await sleep(700);
      });
      assert.ok(sockets === null || sockets.established === 1, JSON.stringify(sockets));
      assert.ok(sockets === null || sockets.sendQueueBytesMax > 10_000, JSON.stringify(sockets));
      assert.ok(tcp === null || tcp.segmentsOut > 0, JSON.stringify(tcp));
      assert.ok(loopbackBytes === null || loopbackBytes > 10_000, `${loopbackBytes} bytes`);
    } finally {
      server.close();
    }
  });
  it('sees an idle process do nothing', async () => {
    const { process: used, sockets, pressure } = await capture(SYSCALL_IDLE, [], () => sleep(400));
    assert.ok(used.cpuUserMs + used.cpuSystemMs < 100, JSON.stringify(used));
    assert.equal(used.io?.wchar ?? 0, 0);
    assert.deepEqual(sockets ?? { established: 0, receiveQueueBytesMax: 0, sendQueueBytesMax: 0 }, {
      established: 0,
      receiveQueueBytesMax: 0,
      sendQueueBytesMax: 0,
    });
    for (const share of Object.values(pressure ?? {}))
      assert.ok(share === null || (share >= 0 && share <= 1));
  });
  it('says that there is no such process', async () => {
    const target = { node: 9, role: 'unknown', pid: 2 ** 22 - 1, url: null } as const;
    await assert.rejects(procProbe.start(target, folder.path), {
      code: 'STRATA_PROBE_FAILED',
      message: /no process/,
    });
  });
});

describe('a system without /proc', () => {
  it('gets the reason', async () => {
    assert.deepEqual(await checkProc(2 ** 22 - 1), {
      available: false,
      detail: 'there is no /proc',
      install: null,
    });
  });
});

describe('counters of the network and of pressure', () => {
  it('are read by their names', () => {
    const snmp = 'Ip: Forwarding\nIp: 1\nTcp: RtoMin OutSegs RetransSegs\nTcp: 200 108428372 57391\n';
    assert.deepEqual(parseSnmpTcp(snmp), { segmentsOut: 108_428_372, retransmitted: 57_391 });
    assert.equal(parseSnmpTcp('Tcp: OutSegs\n'), null);
    assert.equal(parseSnmpTcp('Tcp: OutSegs\nTcp: x\n'), null);
    const dev = 'Inter-| Receive\n face |bytes packets\n  eth0: 7 1\n    lo: 188383914554 111148644 0\n';
    assert.equal(parseLoopbackBytes(dev), 188_383_914_554);
    assert.equal(parseLoopbackBytes('  eth0: 7 1'), null);
    assert.equal(
      parsePressure('some avg10=0.00 avg60=0.17 avg300=0.88 total=1065000991\nfull total=4\n'),
      1_065_000_991,
    );
    assert.equal(parsePressure(''), null);
  });
  it('are shares of the window', () => {
    const before = { cpu: 1_000_000, io: null, memory: 5 };
    assert.deepEqual(pressureShares(before, { cpu: 1_500_000, io: 7, memory: 5 }, 2), {
      cpu: 0.25,
      io: null,
      memory: 0,
    });
    const hidden = readPressure('/nowhere');
    assert.equal(pressureShares(hidden, hidden, 1), null);
  });
});
