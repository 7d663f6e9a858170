/**
 * What keys cost in memory: `node dist/scripts/bench/keys.js [--keys 10000000] [--value-bytes 128] [--heap-mib 6144]`. One node, filled over the Redis
 * protocol in batches; prints resident memory before and after, bytes per key, what a snapshot of it takes and how late the loop was meanwhile.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planNodes } from '../lib/cluster-config.js';
import { NodeProcess } from '../lib/node-process.js';
import { freePorts } from '../lib/ports.js';

const BATCH = 500;
const IN_FLIGHT = 8;
const MIB = 2 ** 20;

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '10000000' },
    'value-bytes': { type: 'string', default: '128' },
    'heap-mib': { type: 'string', default: '6144' },
  },
});
const keys = Number(values.keys);
const valueBytes = Number(values['value-bytes']);
const directory = mkdtempSync(join(tmpdir(), 'strata-keys-'));

try {
  const [httpPort, peerPort, respPort] = (await freePorts(3)) as [number, number, number];
  const [planned] = planNodes({
    clusterId: 'keys',
    directory,
    host: '127.0.0.1',
    httpPorts: [httpPort],
    peerPorts: [peerPort],
    respPorts: [respPort],
    strategy: 'G',
    primitive: 'fdatasync',
  });
  const config = { ...planned!.config, limits: { stateBytesMax: 64 * 2 ** 30 } };
  mkdirSync(planned!.directory, { recursive: true });
  writeFileSync(planned!.configPath, JSON.stringify(config));
  const nodeFlags = [`--max-old-space-size=${values['heap-mib']}`];
  const node = await NodeProcess.start(1, planned!.configPath, `http://127.0.0.1:${httpPort}`, { nodeFlags });
  const emptyMib = residentMib(node.pid);
  const startMs = performance.now();
  await fill(respPort);
  const fillSeconds = (performance.now() - startMs) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const fullMib = residentMib(node.pid);
  const snapshotStartMs = performance.now();
  const snapshot = await fetch(`${node.url}/snapshot`, { method: 'POST' });
  const figures = {
    keys,
    valueBytes,
    heapMib: Number(values['heap-mib']),
    fillSeconds: Math.round(fillSeconds),
    emptyMib,
    fullMib,
    peakMib: peakMib(node.pid),
    bytesPerKey: Math.round(((fullMib - emptyMib) * MIB) / keys),
    snapshotStatus: snapshot.status,
    snapshotSeconds: Math.round((performance.now() - snapshotStartMs) / 1000),
    cluster: (await (await fetch(`${node.url}/cluster`)).json()) as unknown,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  await node.stop(30_000);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

/** MSET by MSET, a few under way, in the order of a walk over the key space that is not sorted. */
async function fill(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  const value = 'v'.repeat(valueBytes);
  let sent = 0;
  let answered = 0;
  const batches = Math.ceil(keys / BATCH);
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      while (sent < batches && sent - answered < IN_FLIGHT) writeBatch(socket, sent++, value);
    };
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      const failed = /^-.*/m.exec(text);
      if (failed !== null) reject(new Error(failed[0]));
      answered += text.split('+OK').length - 1;
      if (answered % 500 === 0) process.stderr.write(`\r${answered * BATCH} keys`);
      if (answered === batches) resolve();
      else send();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the node closed the connection')));
    send();
  });
  socket.removeAllListeners('close');
  socket.destroy();
  process.stderr.write('\n');
}

function writeBatch(socket: Socket, batch: number, value: string): void {
  const parts = [`*${1 + 2 * BATCH}\r\n$4\r\nMSET\r\n`];
  for (let at = 0; at < BATCH; at++) {
    // 7919 is prime and no divisor of the number of keys: every key once.
    const key = `key:${String(((batch * BATCH + at) * 7919) % keys).padStart(12, '0')}`;
    parts.push(`$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`);
  }
  socket.write(parts.join(''), 'latin1');
}

function residentMib(pid: number): number {
  return statusKib(pid, 'VmRSS') >> 10;
}

function peakMib(pid: number): number {
  return statusKib(pid, 'VmHWM') >> 10;
}

function statusKib(pid: number, field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0);
}
