/** Layers of the budget: the folders of the server, and the client, whose own wait is no work of ours. */
export const BUDGET_LAYERS = ['client', 'network', 'consensus', 'log', 'io', 'state'] as const;
export type BudgetLayer = (typeof BUDGET_LAYERS)[number];

export interface StageDefinition {
  readonly key: string;
  readonly layer: BudgetLayer;
  readonly name: string;
  /** Whose time it is: `wire` is what two processes share, socket buffers and the loops at both ends among it. */
  readonly place: 'client' | 'wire' | 'leader' | 'leader disk' | 'follower';
  /** Which two stamps it lies between. */
  readonly between: string;
  /** True for a stage in which a request waits for others rather than for work on itself. */
  readonly wait: boolean;
}

/**
 * Every stage in the order of a request's life. The branches of commit are alternatives: a request runs through `persist` stages or
 * through `replicate` stages, whichever branch decided, because the other one cost it nothing.
 */
export const STAGES = [
  {
    key: 'clientQueue',
    layer: 'client',
    place: 'client',
    name: 'client queue',
    between: 'intended start → sent',
    wait: true,
  },
  {
    key: 'wireIn',
    layer: 'network',
    place: 'wire',
    name: 'wire in + server loop wait',
    between: 'sent → received',
    wait: false,
  },
  {
    key: 'parse',
    layer: 'network',
    place: 'leader',
    name: 'parse',
    between: 'received → parsed',
    wait: false,
  },
  {
    key: 'proposeQueue',
    layer: 'consensus',
    place: 'leader',
    name: 'propose queue',
    between: 'parsed → proposed',
    wait: true,
  },
  {
    key: 'batchWait',
    layer: 'log',
    place: 'leader disk',
    name: 'persist: append wait',
    between: 'proposed → append started',
    wait: true,
  },
  {
    key: 'write',
    layer: 'log',
    place: 'leader disk',
    name: 'persist: encode + write',
    between: 'append started → appended',
    wait: false,
  },
  {
    key: 'syncSubmit',
    layer: 'io',
    place: 'leader disk',
    name: 'persist: sync submit',
    between: 'appended → fsync submitted',
    wait: true,
  },
  {
    key: 'fsync',
    layer: 'io',
    place: 'leader disk',
    name: 'persist: fsync',
    between: 'fsync submitted → fsync done',
    wait: false,
  },
  {
    key: 'sendWait',
    layer: 'consensus',
    place: 'leader',
    name: 'replicate: send wait',
    between: 'proposed → first sent',
    wait: true,
  },
  {
    key: 'peerNetwork',
    layer: 'network',
    place: 'wire',
    name: 'replicate: network + peer loops',
    between: 'first sent → quorum acked, less the remote parts',
    wait: false,
  },
  {
    key: 'remoteQueue',
    layer: 'log',
    place: 'follower',
    name: 'replicate: remote queue',
    between: 'as the closing peer reported',
    wait: true,
  },
  {
    key: 'remoteWrite',
    layer: 'log',
    place: 'follower',
    name: 'replicate: remote write',
    between: 'as the closing peer reported',
    wait: false,
  },
  {
    key: 'remoteSync',
    layer: 'io',
    place: 'follower',
    name: 'replicate: remote fsync',
    between: 'as the closing peer reported',
    wait: false,
  },
  {
    key: 'remoteUnsplit',
    layer: 'network',
    place: 'follower',
    name: 'replicate: network + remote, not split',
    between: 'first sent → quorum acked',
    wait: false,
  },
  {
    key: 'readRound',
    layer: 'consensus',
    place: 'leader',
    name: 'read round',
    between: 'proposed → committed',
    wait: false,
  },
  {
    key: 'handOver',
    layer: 'consensus',
    place: 'leader',
    name: 'commit hand-over',
    between: 'end of the winning branch → committed',
    wait: true,
  },
  {
    key: 'applyWait',
    layer: 'state',
    place: 'leader',
    name: 'apply wait',
    between: 'committed → apply start',
    wait: true,
  },
  {
    key: 'apply',
    layer: 'state',
    place: 'leader',
    name: 'apply',
    between: 'apply start → applied',
    wait: false,
  },
  {
    key: 'reply',
    layer: 'network',
    place: 'leader',
    name: 'reply',
    between: 'applied → replied',
    wait: false,
  },
  {
    key: 'wireOut',
    layer: 'network',
    place: 'wire',
    name: 'wire out + client',
    between: 'replied → done',
    wait: false,
  },
] as const satisfies readonly StageDefinition[];

export type StageKey = (typeof STAGES)[number]['key'];

export function stageDefinition(key: StageKey): StageDefinition {
  return STAGES.find((stage) => stage.key === key)!;
}
