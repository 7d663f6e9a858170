import type { NodeConfigInput } from '../../server/config/config.js';
import { type ExitInfo, NodeProcess } from '../lib/node-process.js';
import type { LinkTable } from './links/link-table.js';
import { PeerProxy } from './links/peer-proxy.js';

const STOP_GRACE_MS = 8_000;

export interface FleetNodeOptions {
  readonly config: NodeConfigInput;
  readonly configPath: string;
  readonly links: LinkTable;
  readonly seed: number;
  readonly hosts: { readonly proxy: string; readonly node: string };
  readonly wrapper: readonly string[];
  readonly onUnexpectedEnd: (exit: ExitInfo) => void;
}

/** One node behind its proxy. Whoever kills, stops or traces its process holds it meanwhile, so that faults of one process never meet. */
export class FleetNode {
  readonly id: number;
  readonly url: string;
  readonly config: NodeConfigInput;
  readonly #options: FleetNodeOptions;
  readonly #proxy: PeerProxy;
  #process: NodeProcess | null = null;
  /** The process whose end somebody asked for. */
  #condemned: NodeProcess | null = null;
  #held = false;
  #closed = false;

  constructor(options: FleetNodeOptions) {
    const { config, links, seed, hosts } = options;
    const self = config.members.find((member) => member.id === config.id)!;
    this.id = config.id;
    this.url = `http://${self.host}:${self.httpPort}`;
    this.config = config;
    this.#options = options;
    const { proxy: host, node: targetHost } = hosts;
    this.#proxy = new PeerProxy({ links, seed, node: this.id, host, port: self.peerPort, targetHost });
  }

  async open(): Promise<void> {
    await this.#proxy.listen();
    await this.start();
  }

  get running(): boolean {
    return this.#process?.running === true;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get logPath(): string {
    return this.#process?.logPath ?? '';
  }

  get isFree(): boolean {
    return !this.#held && this.running;
  }

  /** False when another fault has it, or its process is not there to be harmed. */
  hold(): boolean {
    if (!this.isFree) return false;
    this.#held = true;
    return true;
  }

  release(): void {
    this.#held = false;
  }

  /** Throws what the node said when it cannot start. */
  async start(): Promise<void> {
    if (this.running || this.#closed) return;
    const { configPath, wrapper } = this.#options;
    const process = await NodeProcess.start(this.id, configPath, this.url, { wrapper });
    this.#process = process;
    if (this.#closed) await process.kill();
    process.exited.then((exit) => {
      if (this.#condemned !== process && !this.#closed) this.#options.onUnexpectedEnd(exit);
    });
  }

  async kill(): Promise<void> {
    this.expectEnd();
    await this.#process?.kill();
  }

  /** SIGTERM. Gives how it ended. */
  async stop(): Promise<ExitInfo | null> {
    this.expectEnd();
    return (await this.#process?.stop(STOP_GRACE_MS)) ?? null;
  }

  /** From now on the end of the process is no news. */
  expectEnd(): void {
    this.#condemned = this.#process;
  }

  expectLife(): void {
    this.#condemned = null;
  }

  exited(): Promise<ExitInfo> {
    return this.#process!.exited;
  }

  pause(): void {
    this.#process?.pause();
  }

  resume(): void {
    this.#process?.resume();
  }

  /** May be called more than once. */
  async close(): Promise<void> {
    this.#closed = true;
    // A process that is stopped takes SIGKILL as well.
    await this.#process?.kill();
    await this.#proxy.close();
  }
}
