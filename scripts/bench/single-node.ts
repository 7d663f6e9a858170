import { mkdirSync, writeFileSync } from 'node:fs';
import type { NodeConfigInput } from '../../server/config/config.js';
import { planNodes } from '../lib/cluster-config.js';
import { freePorts } from '../lib/ports.js';

export interface SingleNode {
  readonly config: NodeConfigInput;
  readonly configPath: string;
  readonly url: string;
  readonly respPort: number;
}

/** The configuration of a cluster of one below `directory`, on free ports, written to its file. */
export async function planSingleNode(
  directory: string,
  adjust: (config: NodeConfigInput) => NodeConfigInput,
): Promise<SingleNode> {
  const [httpPort, peerPort, respPort] = (await freePorts(3)) as [number, number, number];
  const [planned] = planNodes({
    clusterId: 'bench',
    directory,
    host: '127.0.0.1',
    httpPorts: [httpPort],
    peerPorts: [peerPort],
    respPorts: [respPort],
    strategy: 'G',
    primitive: 'fdatasync',
  });
  const config = adjust(planned!.config);
  mkdirSync(planned!.directory, { recursive: true });
  writeFileSync(planned!.configPath, JSON.stringify(config));
  return { config, configPath: planned!.configPath, url: `http://127.0.0.1:${httpPort}`, respPort };
}
