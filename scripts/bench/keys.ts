/**
 * What keys cost in memory: `node dist/scripts/bench/keys.js [--keys 10000000] [--value-bytes 128] [--heap-mib 6144]`. One node, filled over the Redis
 * protocol in batches; prints resident memory before and after, bytes per key and what a snapshot of it takes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NodeProcess } from '../lib/node-process.js';
import { fillKeys } from './fill-keys.js';
import { planSingleNode } from './single-node.js';

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
  const { configPath, url, respPort } = await planSingleNode(directory, (config) => ({
    ...config,
    limits: { stateBytesMax: 64 * 2 ** 30 },
  }));
  const nodeFlags = [`--max-old-space-size=${values['heap-mib']}`];
  const node = await NodeProcess.start(1, configPath, url, { nodeFlags });
  const emptyMib = residentMib(node.pid);
  const startMs = performance.now();
  await fillKeys({ port: respPort, keys, valueBytes });
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
