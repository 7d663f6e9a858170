import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StrategyLetter } from '../../results/schema/index.js';
import { type NodeConfigInput, parseNodeConfig } from '../../server/config/config.js';
import { planNodes } from '../lib/cluster-config.js';
import type { ExitInfo } from '../lib/node-process.js';
import { freePorts } from '../lib/ports.js';
import { endWithParent } from './end-with-parent.js';
import { FleetNode } from './fleet-node.js';
import { LinkTable } from './links/link-table.js';
import type { SmallDisk } from './small-disk.js';

/** What the members advertise, where the proxies listen; and where the nodes listen themselves. */
export const PROXY_HOST = '127.0.0.1';
export const NODE_HOST = '127.0.0.2';

export interface FleetOptions {
  readonly nodes: number;
  readonly directory: string;
  readonly seed: number;
  readonly strategy: StrategyLetter;
  /** Last word on the configuration of every node. */
  readonly adjust: (config: NodeConfigInput) => NodeConfigInput;
  /** Node 1 lives on it, when there is one. */
  readonly smallDisk: SmallDisk | null;
  readonly onUnexpectedEnd: (node: FleetNode, exit: ExitInfo) => void;
}

/** The nodes under attack: the first members and those that join later, each behind its proxy. */
export class Fleet {
  readonly links = new LinkTable();
  readonly #options: FleetOptions;
  readonly #nodes = new Map<number, FleetNode>();
  #template: NodeConfigInput | null = null;
  #idMax: number;
  #closing = false;

  private constructor(options: FleetOptions) {
    this.#options = options;
    this.#idMax = options.nodes;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    try {
      await fleet.#startFirst();
    } catch (error) {
      await fleet.close();
      throw error;
    }
    return fleet;
  }

  /** Every node that was not given up, those that are down among them. */
  get nodes(): readonly FleetNode[] {
    return [...this.#nodes.values()];
  }

  get urls(): readonly string[] {
    return this.nodes.map((node) => node.url);
  }

  node(id: number): FleetNode | undefined {
    return this.#nodes.get(id);
  }

  /** A node with an id that nobody had: runs, and belongs to nothing until it is added. */
  async startNewcomer(): Promise<FleetNode> {
    const id = ++this.#idMax;
    const [httpPort, peerPort] = await freePorts(2);
    const member = { id, host: PROXY_HOST, httpPort: httpPort!, peerPort: peerPort! };
    const base = this.#template!;
    const directory = join(this.#options.directory, `node-${id}`);
    const config = {
      ...base,
      ...{ id, dataDir: join(directory, 'data'), join: true },
      members: [...base.members, member],
    };
    const node = this.#add(config, directory);
    await node.open();
    return node;
  }

  /** It was removed from the cluster, or never came in: ends and is asked no more. */
  async retire(node: FleetNode): Promise<void> {
    this.#nodes.delete(node.id);
    await node.close();
    rmSync(node.config.dataDir, { recursive: true, force: true });
  }

  /** Everything ends, by force where nothing else helps. */
  async close(): Promise<void> {
    this.#closing = true;
    this.links.healAll();
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  async #startFirst(): Promise<void> {
    const { nodes, directory, strategy, adjust, smallDisk } = this.#options;
    const ports = await freePorts(3 * nodes);
    const planned = planNodes({
      clusterId: randomBytes(8).toString('hex'),
      ...{ directory, host: PROXY_HOST, strategy, primitive: 'fdatasync' },
      httpPorts: ports.splice(0, nodes),
      peerPorts: ports.splice(0, nodes),
      respPorts: ports.splice(0, nodes),
    });
    for (const { config, directory: home } of planned) {
      const adjusted = { ...adjust(config), peerHost: NODE_HOST };
      this.#template ??= adjusted;
      const onSmall = smallDisk !== null && config.id === 1;
      this.#add(onSmall ? smallDisk.house(adjusted) : adjusted, home, onSmall ? smallDisk : null);
    }
    await Promise.all(this.nodes.map((node) => node.open()));
  }

  #add(config: NodeConfigInput, directory: string, disk: SmallDisk | null = null): FleetNode {
    parseNodeConfig(config);
    mkdirSync(directory, { recursive: true });
    const configPath = join(directory, 'config.json');
    writeFileSync(configPath, `${JSON.stringify(config, null, 2)}\n`);
    const node = new FleetNode({
      config,
      configPath,
      links: this.links,
      seed: this.#options.seed,
      hosts: { proxy: PROXY_HOST, node: NODE_HOST },
      wrapper: [...endWithParent(), ...(disk?.wrapper ?? [])],
      onUnexpectedEnd: (exit) => {
        if (!this.#closing) this.#options.onUnexpectedEnd(node, exit);
      },
    });
    this.#nodes.set(node.id, node);
    return node;
  }
}
