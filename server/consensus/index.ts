export * from './confchange.js';
export type { RaftConfig } from './config.js';
export * from './messages.js';
export { committedIndex, voteResult } from './quorum.js';
export { type PeerProgress, type RaftStatus, RawNode } from './raw-node.js';
