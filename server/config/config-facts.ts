import { basename } from 'node:path';
import type { NodeConfig } from './config.js';
import { labFacts } from './lab.js';

/** The configuration as `/debug/layers` shows it: one flat record, for reports and for probes that have to tell sockets and files apart. */
export type ConfigFacts = Record<string, string | number | boolean>;

/**
 * Ports are those of the file, 0 where the system is to choose. Of the data directory only the last part is told: where it lies is nobody's
 * business but the operator's.
 */
export function configFacts({
  dataDir,
  id,
  log,
  members,
  raft,
  sampleEvery,
  testing,
}: NodeConfig): ConfigFacts {
  const self = members.find((member) => member.id === id)!;
  const others = members.filter((member) => member !== self);
  return {
    nodes: members.length,
    fsync: log.fsync,
    primitive: log.primitive,
    fsyncIntervalMs: log.fsyncIntervalMs,
    segmentBytes: log.segmentBytes,
    batchBytesMax: log.batchBytesMax,
    ...raft,
    sampleEvery,
    testingDisk: testing.disk,
    testingInstrumentation: testing.instrumentation,
    ...labFacts(testing.lab),
    httpPort: self.httpPort,
    respPort: self.respPort ?? 0,
    peerPort: self.peerPort,
    /** Of the other members, commas between. */
    peerPorts: others.map(({ peerPort }) => peerPort).join(','),
    dataDirectory: basename(dataDir),
  };
}
