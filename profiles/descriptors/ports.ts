import { httpGet } from '../http-get.js';

/** Ports that a node of ours serves; a set is empty where the node does not say. */
export interface NodePorts {
  /** HTTP and RESP: who connects here is a client. */
  readonly client: ReadonlySet<number>;
  /** Its own for peers: who connects here is a peer. */
  readonly peerOwn: ReadonlySet<number>;
  /** Those of the other nodes: what it connects to there is a peer. */
  readonly peerOthers: ReadonlySet<number>;
}

const TIMEOUT_MS = 3_000;
const BYTES_MAX = 16 * 1024 * 1024;
const PORT_MAX = 65_535;

export const NO_PORTS: NodePorts = { client: new Set(), peerOwn: new Set(), peerOthers: new Set() };

/**
 * The ports in the `config` record of `GET /debug/layers`: `httpPort`, `respPort`, `peerPort`, and `peerPorts` with commas between. No URL, no answer or
 * a version that does not name them: none, and every socket is then just a socket.
 */
export async function nodePorts(url: string | null): Promise<NodePorts> {
  if (url === null) return NO_PORTS;
  try {
    const answer = await httpGet(new URL('/debug/layers', url), {
      timeoutMs: TIMEOUT_MS,
      bytesMax: BYTES_MAX,
    });
    if (answer.status !== 200) return NO_PORTS;
    return portsOf((JSON.parse(answer.body) as { config?: unknown }).config, url);
  } catch {
    return NO_PORTS;
  }
}

export function portsOf(config: unknown, url: string): NodePorts {
  const record = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  const ports = (...names: readonly string[]): Set<number> =>
    new Set(
      names
        .flatMap((name) => `${record[name] ?? ''}`.split(','))
        .map((text) => Number(text.trim() || Number.NaN))
        .filter((port) => Number.isInteger(port) && port > 0 && port <= PORT_MAX),
    );
  const client = ports('httpPort', 'respPort');
  // Whoever was asked over HTTP serves clients there, even where the record is silent.
  const asked = Number(new URL(url).port);
  if (asked > 0) client.add(asked);
  return { client, peerOwn: ports('peerPort'), peerOthers: ports('peerPorts') };
}
