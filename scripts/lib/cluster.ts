import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StrategyLetter } from '../../results/schema/index.js';
import { type FsyncPrimitive, type NodeConfigInput, parseNodeConfig } from '../../server/config/config.js';
import { CliError } from './cli-error.js';
import { type PlannedNode, planNodes } from './cluster-config.js';
import { EXIT } from './exit-codes.js';
import { isReady, roleOf } from './node-api.js';
import { NodeProcess, type StartOptions } from './node-process.js';
import { freePorts } from './ports.js';

const HOST = '127.0.0.1';
const LEADER_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Above the server's own `limits.drainTimeoutMs`. */
const STOP_GRACE_MS = 8_000;

export interface ClusterOptions {
  readonly nodes: number;
  /** Made when missing; what lies there already is used. */
  readonly directory: string;
  /** First port, the other nodes follow; null takes free ones. */
  readonly httpPort: number | null;
  readonly peerPort: number | null;
  readonly respPort?: number | null;
  readonly strategy: StrategyLetter;
  readonly primitive: FsyncPrimitive;
  readonly fsyncIntervalMs?: number;
  /** Bearer token with which this process asks the nodes, where they want one. */
  readonly token?: string;
  /** Arguments of Node.js for every node, such as a probe may ask for. */
  readonly nodeArguments?: readonly string[];
  /** Command and arguments in front of every node's own, such as a tracer; the process that it becomes must be the node. */
  readonly wrapper?: readonly string[];
  /** Nodes that are not started yet, fewer than half. */
  readonly later?: readonly number[];
  /** Last word on the configuration of every node. */
  readonly adjust?: (config: NodeConfigInput) => NodeConfigInput;
}

/** A cluster of node processes on this machine. */
export class Cluster {
  readonly directory: string;
  readonly planned: readonly PlannedNode[];
  readonly #nodes = new Map<number, NodeProcess>();
  readonly #token: string | undefined;
  readonly #nodeArguments: readonly string[];
  readonly #wrapper: readonly string[];
  #stopping = false;
  /** Called when a node ends that nobody asked to end. */
  onNodeLost: ((node: NodeProcess, how: string) => void) | null = null;

  private constructor(
    { directory, token, nodeArguments, wrapper }: ClusterOptions,
    planned: readonly PlannedNode[],
  ) {
    this.#token = token;
    this.#nodeArguments = nodeArguments ?? [];
    this.#wrapper = wrapper ?? [];
    this.directory = directory;
    this.planned = planned;
  }

  /** Starts all nodes and waits until a leader serves; when one cannot start, all are stopped and its error is thrown. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const planned = (await planCluster(options)).map((node) =>
      options.adjust === undefined ? node : { ...node, config: options.adjust(node.config) },
    );
    for (const node of planned) {
      parseNodeConfig(node.config);
      mkdirSync(node.directory, { recursive: true });
      writeFileSync(node.configPath, `${JSON.stringify(node.config, null, 2)}\n`);
    }
    const cluster = new Cluster(options, planned);
    try {
      await cluster.startAll(options.later);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get nodes(): readonly NodeProcess[] {
    return [...this.#nodes.values()].sort((a, b) => a.id - b.id);
  }

  get urls(): readonly string[] {
    return this.planned.map(urlOf);
  }

  /** Starts every node that does not run, but for those named, and waits until a leader serves. Gives the leader. */
  async startAll(later: readonly number[] = []): Promise<NodeProcess> {
    const due = this.planned.filter((node) => !later.includes(node.id));
    const missing = due.filter((node) => this.#nodes.get(node.id)?.running !== true);
    const outcomes = await Promise.allSettled(missing.map((node) => this.startNode(node.id)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return this.waitForLeader();
  }

  /** One per node: `redis://host:port`. */
  get respUrls(): readonly string[] {
    return this.planned.map(respUrlOf);
  }

  async startNode(id: number, options: StartOptions = {}): Promise<NodeProcess> {
    const planned = this.planned.find((node) => node.id === id)!;
    const nodeFlags = [...this.#nodeArguments, ...(options.nodeFlags ?? [])];
    const node = await NodeProcess.start(id, planned.configPath, urlOf(planned), {
      wrapper: this.#wrapper,
      ...options,
      nodeFlags,
    });
    this.#nodes.set(id, node);
    node.exited.then(({ code, signal }) => {
      if (!this.#stopping && this.#nodes.get(id) === node)
        this.onNodeLost?.(node, signal === null ? `with code ${code}` : `by ${signal}`);
    });
    return node;
  }

  /** Waits until a running node leads and says that it is ready. */
  async waitForLeader(timeoutMs: number = LEADER_TIMEOUT_MS): Promise<NodeProcess> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const leader = await this.#servingLeader();
      if (leader !== null) return leader;
      if (performance.now() > deadline)
        throw new CliError('STRATA_NO_LEADER', `No leader served within ${timeoutMs} ms.`);
      await sleep(POLL_MS);
    }
  }

  /** kill -9 of every node at once. */
  async killAll(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.nodes.map((node) => node.kill()));
    this.#stopping = false;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.nodes.map((node) => node.stop(STOP_GRACE_MS)));
  }

  async #servingLeader(): Promise<NodeProcess | null> {
    const running = this.nodes.filter((node) => node.running);
    if (running.length <= this.planned.length / 2)
      throw new CliError('STRATA_NODE_LOST', 'Too many nodes ended: no majority is left.', EXIT.environment);
    const roles = await Promise.all(running.map((node) => roleOf(node.url, this.#token)));
    // After a partition an old leader may still believe; the highest term is right.
    let best: { node: NodeProcess; term: number } | null = null;
    roles.forEach((role, index) => {
      if (role?.role === 'leader' && role.term > (best?.term ?? -1))
        best = { node: running[index]!, term: role.term };
    });
    const leader = (best as { node: NodeProcess } | null)?.node ?? null;
    return leader !== null && (await isReady(leader.url)) ? leader : null;
  }
}

async function planCluster(options: ClusterOptions): Promise<PlannedNode[]> {
  const { directory, strategy, primitive, nodes } = options;
  const plan = {
    directory,
    host: HOST,
    strategy,
    primitive,
    ...(options.fsyncIntervalMs === undefined ? {} : { fsyncIntervalMs: options.fsyncIntervalMs }),
  };
  const existing = existingCluster(options);
  if (existing !== null) return planNodes({ ...plan, ...existing });
  const free = await freePorts(3 * nodes);
  const ports = (first: number | null | undefined): number[] => {
    const fallback = free.splice(0, nodes);
    return first === null || first === undefined ? fallback : fallback.map((_, index) => first + index);
  };
  return planNodes({
    ...plan,
    clusterId: randomBytes(8).toString('hex'),
    httpPorts: ports(options.httpPort),
    peerPorts: ports(options.peerPort),
    respPorts: ports(options.respPort),
  });
}

/**
 * A directory that holds a cluster already keeps its identity and its ports: the nodes would refuse another cluster, and they find each other by
 * the addresses that are replicated.
 */
function existingCluster({ directory, nodes }: ClusterOptions): ExistingCluster | null {
  const path = join(directory, 'node-1', 'config.json');
  if (!existsSync(path)) return null;
  const { clusterId, members } = parseNodeConfig(JSON.parse(readFileSync(path, 'utf8')));
  if (members.length !== nodes) {
    const sentence = `${directory} holds a cluster of ${members.length} nodes, not of ${nodes}; use --nodes ${members.length} or another --data.`;
    throw new CliError('STRATA_CLUSTER_SIZE', sentence, EXIT.usage);
  }
  return {
    clusterId,
    httpPorts: members.map((member) => member.httpPort),
    peerPorts: members.map((member) => member.peerPort),
    respPorts: members.map((member) => member.respPort ?? 0),
  };
}

type ExistingCluster = Pick<
  Parameters<typeof planNodes>[0],
  'clusterId' | 'httpPorts' | 'peerPorts' | 'respPorts'
>;

function respUrlOf(node: PlannedNode): string {
  const self = node.config.members.find((member) => member.id === node.id)!;
  return `redis://${self.host}:${self.respPort}`;
}

function urlOf(node: PlannedNode): string {
  const self = node.config.members.find((member) => member.id === node.id)!;
  return `http://${self.host}:${self.httpPort}`;
}
