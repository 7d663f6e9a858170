/**
 * Whether a large snapshot disturbs a cluster: `node dist/scripts/bench/big-snapshot.js [--keys 5000000] [--value-bytes 200] [--heap-mib 6144]`. Three
 * nodes; one is down while the others are filled, so it has to be sent the whole state. One client writes all the time; its latencies, the leader's
 * event loop delay and the term tell what it cost, phase by phase.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Cluster } from '../lib/cluster.js';
import type { NodeProcess } from '../lib/node-process.js';
import { fillKeys } from './fill-keys.js';
import { WriteProbe } from './write-probe.js';

const GIVE_UP_MS = 400_000;

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '5000000' },
    'value-bytes': { type: 'string', default: '200' },
    'heap-mib': { type: 'string', default: '6144' },
  },
});
const directory = mkdtempSync(join(tmpdir(), 'strata-big-snapshot-'));
process.env.NODE_OPTIONS = `--max-old-space-size=${values['heap-mib']}`;

interface Status {
  readonly role: string;
  readonly term: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly appliedIndex: number;
  readonly keys: number;
}

let cluster: Cluster | null = null;
try {
  cluster = await Cluster.start({
    nodes: 3,
    directory,
    httpPort: null,
    peerPort: null,
    strategy: 'G',
    primitive: 'fdatasync',
    adjust: (config) => ({ ...config, limits: { stateBytesMax: 64 * 2 ** 30 } }),
  });
  process.stdout.write(`${JSON.stringify(await run(cluster))}\n`);
} finally {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

async function run(cluster: Cluster): Promise<unknown> {
  const leader = await cluster.waitForLeader();
  const follower = cluster.nodes.find((node) => node.id !== leader.id)!;
  await follower.kill();
  const resp = new URL(cluster.respUrls[cluster.planned.findIndex(({ id }) => id === leader.id)]!);
  await fillKeys({
    port: Number(resp.port),
    keys: Number(values.keys),
    valueBytes: Number(values['value-bytes']),
  });
  const probe = new WriteProbe(leader);
  const { term } = await status(leader);
  const quiet = await probe.during(() => sleep(5_000));
  const taking = await probe.during(() => takeSnapshot(leader));
  await until(
    async () => (await status(leader)).firstIndex > 1_000,
    'the leader dropped what the follower lacks',
  );
  const sending = await probe.during(async () => {
    await cluster.startNode(follower.id);
    await until(async () => {
      const [mine, theirs] = await Promise.all([status(follower), status(leader)]);
      return mine.keys === theirs.keys && theirs.lastIndex - mine.appliedIndex < 1_000;
    }, 'the follower has caught up');
  });
  const after = await status(leader);
  const snapshotBytes = await metric(leader, 'strata_runtime_snapshot_bytes');
  return {
    keys: after.keys,
    snapshotBytes,
    quiet,
    taking,
    sending,
    termBefore: term,
    termAfter: after.term,
    role: after.role,
  };
}

/** Behind the one that the filling has made due, if that is still under way. */
async function takeSnapshot({ url }: NodeProcess): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/snapshot`, {
      method: 'POST',
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const text = await response.text();
    if (response.ok) return;
    if (response.status !== 409) throw new Error(text);
    await sleep(500);
  }
}

async function status({ url }: { readonly url: string }): Promise<Status> {
  return (await (await fetch(`${url}/cluster`)).json()) as Status;
}

async function metric({ url }: NodeProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + GIVE_UP_MS;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`within ${GIVE_UP_MS} ms it did not happen that ${what}`);
    await sleep(200);
  }
}
