import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NodeFileSystem } from '../../server/io/node-file-system.js';
import { type Recovery, recover } from '../../server/log/recovery.js';
import { SystemClock } from '../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../server/runtime/metrics-registry.js';
import type { Cluster } from '../lib/cluster.js';
import type { NodeProcess } from '../lib/node-process.js';
import type { Step } from './failpoint-steps.js';
import { ask, statusOf, until } from './fixture.js';

const POINT_TIMEOUT_MS = 20_000;
const NUDGE_MS = 300;
const TEARS_MAX = 5;
const ATTEMPTS_MAX = 3;

export interface Outcome {
  readonly step: Step;
  /** Times that the process said it reached the point. */
  readonly hits: number;
  /** What the leader had from this node as durable, and where its log ends on the disk afterwards; null before there is a log. */
  readonly acknowledged: number | null;
  readonly found: number | null;
  readonly fault: string | null;
}

/** One node of a cluster under load that is killed at one named point after another. */
export class FailpointWalk {
  readonly #cluster: Cluster;
  readonly #victim: number;
  readonly #dataDirectory: string;
  readonly #configPath: string;
  readonly #logPath: string;

  constructor(cluster: Cluster, victim: number) {
    const planned = cluster.planned.find((node) => node.id === victim)!;
    this.#cluster = cluster;
    this.#victim = victim;
    this.#dataDirectory = planned.config.dataDir;
    this.#configPath = planned.configPath;
    this.#logPath = join(planned.directory, 'node.log');
  }

  /** Starts the node with the trap set, brings it to the point, and looks at what is left. */
  async take(step: Step): Promise<Outcome> {
    // A start or stop may find nothing to do: a log whose segment was just begun has nothing to seal. The next one will.
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#takeOnce(step);
      if (outcome.hits > 0 || attempt === ATTEMPTS_MAX) return outcome;
    }
  }

  async #takeOnce(step: Step): Promise<Outcome> {
    await this.#prepare(step);
    const { name, phase, disk, fsync } = step;
    this.#configure({ disk, failpoint: `${name}:${phase}:1` }, fsync);
    const logStart = this.#log().length;
    const node = await this.#start();
    const ended = node === null ? null : await this.#bring(node, step);
    const hits = this.#log().slice(logStart).split(`failpoint ${name}:${phase}:1 reached`).length - 1;
    const outcome = { step, hits, acknowledged: null, found: null };
    if (hits !== 1) {
      const how =
        node === null ? 'and it did not start' : `and it ended by ${ended ?? 'the end of the wait'}`;
      return { ...outcome, fault: `the point was reached ${hits} times, ${how}` };
    }
    if (ended !== null && ended !== 'SIGKILL') return { ...outcome, fault: `it ended by ${ended}` };
    return this.#inspect(step);
  }

  /** A start like any other: the node must come back. */
  async comeBack(): Promise<NodeProcess> {
    this.#configure({}, 'group');
    const node = await this.#cluster.startNode(this.#victim);
    await until(async () => {
      const leader = await this.#cluster.waitForLeader();
      const [mine, its] = await Promise.all([statusOf(node.url), statusOf(leader.url)]);
      return its.appliedIndex - mine.appliedIndex < 300;
    }, 'the node has caught up');
    return node;
  }

  async #prepare({ way }: Step): Promise<void> {
    if (way === 'emptied') rmSync(this.#dataDirectory, { recursive: true, force: true });
    if (way === 'lag') {
      const found = await this.#lastIndex();
      await until(
        async () => (await statusOf((await this.#cluster.waitForLeader()).url)).firstIndex > found + 1,
        'the leader dropped what the node lacks',
      );
    }
    if (way === 'torn') await this.#tear();
    if (way === 'damaged' && this.#damagedSnapshot() === null) await this.#damage();
  }

  #configure(testing: object, fsync: Step['fsync']): void {
    const config = JSON.parse(readFileSync(this.#configPath, 'utf8')) as { log: object };
    writeFileSync(this.#configPath, JSON.stringify({ ...config, log: { ...config.log, fsync }, testing }));
  }

  /** Null when the process ended before it listened, as many points want it. */
  async #start(): Promise<NodeProcess | null> {
    try {
      return await this.#cluster.startNode(this.#victim);
    } catch {
      return null;
    }
  }

  async #bring(node: NodeProcess, { way }: Step): Promise<string | null> {
    const deadline = performance.now() + POINT_TIMEOUT_MS;
    let ended: string | null = null;
    const exited = node.exited.then(({ signal, code }) => {
      ended = signal ?? `code ${code}`;
    });
    if (way === 'stop') {
      // A log that was not written to is not sealed, and a snapshot from the leader moves its end without a write.
      await until(async () => (await entriesWritten(node.url)) > 30, 'the node appends');
      node.signal('SIGTERM');
    }
    while (ended === null && performance.now() < deadline) {
      if (way === 'vote' || way === 'lead') await this.#transfer(way);
      await Promise.race([exited, sleep(NUDGE_MS)]);
    }
    if (ended === null) await node.kill();
    return ended;
  }

  /** To the node, or to the one that does not lead among the others; refused while the target lacks entries, and then asked again. */
  async #transfer(way: 'vote' | 'lead'): Promise<void> {
    const others = this.#cluster.nodes.filter((node) => node.id !== this.#victim);
    const views = await Promise.all(others.map((node) => statusOf(node.url).catch(() => null)));
    const leader = views.find((view) => view?.role === 'leader');
    if (leader === null || leader === undefined) return;
    const to = way === 'lead' ? this.#victim : others.find((node) => node.id !== leader.id)!.id;
    const { url } = others.find((node) => node.id === leader.id)!;
    await ask(url, 'POST', '/cluster/transfer', { body: JSON.stringify({ to }) }).catch(() => {});
  }

  /** What the leader believes this node to have on its disk must be there. */
  async #inspect(step: Step): Promise<Outcome> {
    const isMade = existsSync(join(this.#dataDirectory, 'identity.json'));
    const outcome = { step, hits: 1, acknowledged: null, found: null, fault: null };
    if (!isMade) return outcome;
    const leader = await this.#cluster.waitForLeader();
    const view = await statusOf(leader.url);
    const acknowledged = view.members.find((member) => member.id === this.#victim)?.match ?? 0;
    const found = await this.#lastIndex();
    const fault =
      found < acknowledged && step.fsync === 'group'
        ? `the log ends at ${found}, ${acknowledged} was acknowledged`
        : null;
    return { ...outcome, acknowledged, found, fault };
  }

  /** Cuts a write off in the middle of a record; the border of sectors at which a write is cut may lie between two of them by chance. */
  async #tear(): Promise<void> {
    for (let attempt = 0; attempt < TEARS_MAX; attempt++) {
      const { tail } = await this.#recover();
      if (tail !== null && tail.usedBytes > tail.endBytes) return;
      const phase = 'during';
      await this.take({ name: 'log-append-write', phase, way: 'load', disk: 'real', fsync: 'group' });
    }
  }

  #recover(): Promise<Recovery> {
    const fileSystem = new NodeFileSystem({ clock: new SystemClock(), metrics: new MetricsRegistry() });
    return recover({ fileSystem, directory: join(this.#dataDirectory, 'wal'), identity: null });
  }

  /** Of the log on the disk, or of the newest snapshot when that is further. */
  async #lastIndex(): Promise<number> {
    const { replay } = await this.#recover();
    return Math.max(replay.lastIndex, ...this.#snapshots().map((file) => Number(file.split('-')[0])));
  }

  #snapshots(): string[] {
    const files = readdirSync(join(this.#dataDirectory, 'snapshots'));
    return files.filter((file) => file.endsWith('.snap')).sort();
  }

  #flipped: string | null = null;

  /** The newest snapshot, when it is the one that was damaged. */
  #damagedSnapshot(): string | null {
    const newest = this.#snapshots().at(-1) ?? null;
    return newest !== null && newest === this.#flipped ? newest : null;
  }

  /** Lets the node take snapshots until the log leads from the last but one to the newest, then flips a bit in that one. */
  async #damage(): Promise<void> {
    const node = await this.comeBack();
    const before = this.#snapshots().at(-1)!;
    await until(
      async () => this.#snapshots().filter((file) => file > before).length >= 2,
      'two new snapshots',
    );
    await node.stop(10_000);
    const newest = this.#snapshots().at(-1)!;
    const path = join(this.#dataDirectory, 'snapshots', newest);
    const bytes = readFileSync(path);
    bytes[bytes.length - 50]! ^= 1;
    writeFileSync(path, bytes);
    this.#flipped = newest;
  }

  #log(): string {
    return existsSync(this.#logPath) ? readFileSync(this.#logPath, 'utf8') : '';
  }
}

/** Entries that the node wrote to its log since it started. */
async function entriesWritten(url: string): Promise<number> {
  const { body } = await ask(url, 'GET', '/metrics');
  return Number(/^strata_log_entries_total(?:\{.*\})? (\S+)$/m.exec(body)?.[1] ?? Number.NaN);
}
