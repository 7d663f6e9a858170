import { readFileSync } from 'node:fs';
import {
  type LayersSnapshot,
  type Run,
  STRATEGY_FLAGS,
  type StrategyLetter,
} from '../../results/schema/index.js';
import { CliError } from './cli-error.js';
import { fetchLayers } from './node-api.js';
import type { Subject } from './subject.js';

export interface ExternalTarget {
  readonly subject: Subject;
  readonly cluster: Run['cluster'];
}

/** Learns from a running cluster itself how it is configured, and whether its nodes are processes of this machine. */
export async function examineTarget(urls: readonly string[]): Promise<ExternalTarget> {
  const snapshots = await Promise.all(urls.map((url) => fetchLayers(url)));
  const { config } = snapshots[0]!;
  const flag = config.fsync;
  const strategy = (Object.keys(STRATEGY_FLAGS) as StrategyLetter[]).find((l) => STRATEGY_FLAGS[l] === flag);
  const primitive = (['fdatasync', 'fsync', 'dsync'] as const).find((name) => name === config.primitive);
  if (strategy === undefined || primitive === undefined)
    throw new CliError('STRATA_TARGET_INCOMPATIBLE', `${urls[0]} does not say which fsync strategy it uses.`);
  return {
    subject: {
      urls,
      local: urls.every((url, index) => isLocal(url, snapshots[index]!)),
      dataDirectory: null,
    },
    cluster: {
      nodes: Number(config.nodes ?? urls.length),
      strategy,
      primitive,
      heartbeatMs: Number(config.heartbeatMs ?? 0),
      electionTimeoutMsMin: Number(config.electionTimeoutMsMin ?? 0),
      electionTimeoutMsMax: Number(config.electionTimeoutMsMax ?? 0),
      external: true,
    },
  };
}

/** On the loopback a port may still lead elsewhere (a tunnel, a container): the process must be there and be Node. */
function isLocal(url: string, { node }: LayersSnapshot): boolean {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) return false;
  try {
    return readFileSync(`/proc/${node.pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return false;
  }
}
