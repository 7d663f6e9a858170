import type { NodeConfigInput } from '../../../../server/config/config.js';

/** What `testing.lab` of a node may ask for: the document's old behaviour behind the ports. What is left out stays as it is in service. */
export interface LabSwitches {
  readonly lock?: 'none' | 'global' | 'split' | 'state';
  readonly applier?: 'notify' | 'poll-10ms' | 'poll-20ms';
  readonly io?: 'async' | 'blocking';
  readonly connections?: 'pool' | 'per-call';
  readonly framing?: 'dynamic' | 'fixed-1024';
  readonly store?: 'ordered-map' | 'skip-list';
  readonly batching?: 'on' | 'off';
  readonly codec?: 'protobuf' | 'json';
}

/** The configuration with these switches set. */
export function withSwitches(config: NodeConfigInput, switches: LabSwitches): NodeConfigInput {
  if (Object.keys(switches).length === 0) return config;
  return { ...config, testing: { ...config.testing, lab: switches } } as NodeConfigInput;
}
