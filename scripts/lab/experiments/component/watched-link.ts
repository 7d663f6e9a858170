import { setTimeout as sleep } from 'node:timers/promises';
import { parseNodeConfig } from '../../../../server/config/config.js';
import type { PeerTimings } from '../../../../server/network/peers/peer-timings.js';
import { createTransport, type PeerTransport } from '../../../../server/network/peers/transport.js';
import type { LinkStatus, PeerAddress } from '../../../../server/ports/transport.js';
import { SystemClock } from '../../../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../../../server/runtime/metrics-registry.js';
import { freePorts } from '../../../lib/ports.js';
import { LinkTable } from '../../../nemesis/links/link-table.js';
import { PeerProxy } from '../../../nemesis/links/peer-proxy.js';
import { nowMs } from './timing.js';

type State = LinkStatus['state'];

const NEAR = 1;
const FAR = 2;
const NEAR_HOST = '127.0.0.1';
/** The far node listens at the port that the proxy has at the other address. */
const FAR_HOST = '127.0.0.2';
/** Twice what the slowest change may take with the times of a node. */
const CHANGE_TIMEOUT_MS = 40_000;
const POLL_MS = 1;

/** Two transports of the peers, and a proxy on the way from the first to the second that can be cut. */
export class WatchedLink {
  readonly #signal: AbortSignal;
  readonly #links = new LinkTable();
  readonly #transports: PeerTransport[] = [];
  #proxy: PeerProxy | null = null;

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  static async open(
    timings: PeerTimings,
    { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
  ): Promise<WatchedLink> {
    const link = new WatchedLink(signal);
    try {
      await link.#open(timings, seed);
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  /** Changes of the near node's link so far. */
  get transitions(): number {
    return this.#status.transitions;
  }

  /** `hold`: bytes wait, connections stand. `drop`: connections break. Gives the time. */
  cut(blocked: 'hold' | 'drop'): number {
    this.#links.impose(NEAR, FAR, { blocked });
    this.#links.impose(FAR, NEAR, { blocked });
    if (blocked === 'drop') {
      this.#links.reset(NEAR, FAR);
      this.#links.reset(FAR, NEAR);
    }
    return nowMs();
  }

  heal(): number {
    this.#links.healAll();
    return nowMs();
  }

  /** When the link is in this state, in monotonic milliseconds. */
  reach(state: State): Promise<number> {
    return this.#until((now) => now === state, `the link did not become ${state}`);
  }

  leave(state: State): Promise<number> {
    return this.#until((now) => now !== state, `the link stayed ${state}`);
  }

  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal });
  }

  async close(): Promise<void> {
    this.#links.healAll();
    for (const transport of this.#transports) await transport.close();
    await this.#proxy?.close();
  }

  get #status(): LinkStatus {
    return this.#transports[0]!.links().find(({ peer }) => peer === FAR)!;
  }

  async #until(isReached: (state: State) => boolean, otherwise: string): Promise<number> {
    const deadlineMs = nowMs() + CHANGE_TIMEOUT_MS;
    while (!isReached(this.#status.state)) {
      if (nowMs() > deadlineMs) throw new Error(`${otherwise} within ${CHANGE_TIMEOUT_MS} ms`);
      await this.pause(POLL_MS);
    }
    return nowMs();
  }

  async #open(timings: PeerTimings, seed: number): Promise<void> {
    const [port] = await freePorts(1);
    const members = [address(NEAR, 0), address(FAR, port!)];
    this.#transports.push(
      transportOf(NEAR, NEAR_HOST, 0, members, timings),
      transportOf(FAR, FAR_HOST, port!, members, timings),
    );
    this.#proxy = new PeerProxy({
      links: this.#links,
      seed,
      node: FAR,
      host: NEAR_HOST,
      port: port!,
      targetHost: FAR_HOST,
    });
    await this.#proxy.listen();
    for (const transport of [...this.#transports].reverse()) await transport.start(SILENT);
  }
}

const SILENT = {
  onMessages: () => {},
  onRequest: () => {},
  onUnreachable: () => {},
  onPeer: () => {},
};

/** A peer with port 0 is not dialled: the far node leaves that to the near one, so that every connection goes through the proxy. */
function address(id: number, peerPort: number): PeerAddress {
  return { id, host: NEAR_HOST, peerPort, httpUrl: `http://${NEAR_HOST}:1` };
}

function transportOf(
  self: number,
  host: string,
  peerPort: number,
  members: readonly PeerAddress[],
  timings: PeerTimings,
): PeerTransport {
  const { limits } = parseNodeConfig({
    id: 1,
    clusterId: 'lab',
    dataDir: '.',
    members: [{ id: 1, host: NEAR_HOST, peerPort: 1, httpPort: 2 }],
  });
  return createTransport({
    self,
    clusterId: 'lab',
    storageId: `disk-${self}`,
    members,
    registry: { isRemoved: () => false, storageIdOf: () => '' },
    host,
    peerPort,
    secret: null,
    tls: null,
    limits,
    clock: new SystemClock(),
    random: { next: Math.random },
    metrics: new MetricsRegistry(),
    timings,
  });
}
