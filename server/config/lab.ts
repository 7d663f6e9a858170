/** `testing.lab`: what a node does as older designs do, so that its cost can be measured against what every other node does. */
import { z } from 'zod';

export const Lab = z.strictObject({
  lock: z
    .enum(['none', 'global', 'split', 'state'])
    .default('none')
    .describe(
      '`global`: one lock, `consensus_global_lock`, that a write holds until its entry is durable on its own disk, and a follower while it appends; linearizable reads take it too. `split`: `consensus_log_lock` in its place, and `state_apply_lock` for applies and the lookups of linearizable reads, which is not held across the disk. `state`: that one alone. Refused beyond the loopback.',
    ),
  applier: z
    .enum(['notify', 'poll-10ms', 'poll-20ms'])
    .default('notify')
    .describe(
      '`poll-10ms`, `poll-20ms`: committed entries are applied only when a timer finds them. Refused beyond the loopback.',
    ),
  io: z
    .enum(['async', 'blocking', 'worker'])
    .default('async')
    .describe(
      '`blocking`: files are written and synced by synchronous calls on the event loop, and nothing else happens meanwhile. `worker`: by one thread of their own instead of the pool. Refused beyond the loopback.',
    ),
  connections: z
    .enum(['pool', 'per-call'])
    .default('pool')
    .describe(
      '`per-call`: every frame and every request to a peer has a TCP connection of its own, with its greeting. Set alike on all nodes. Refused beyond the loopback.',
    ),
  framing: z
    .enum(['dynamic', 'fixed-1024'])
    .default('dynamic')
    .describe(
      '`fixed-1024`: what peers send is read into 1,024 bytes and loses its end; `network_peer_truncated_total` counts it. Entries that gather are lost like large ones unless `raft.appendBytesMax` is some 500. Refused beyond the loopback.',
    ),
  store: z
    .enum(['ordered-map', 'skip-list'])
    .default('ordered-map')
    .describe('`skip-list`: the state machine keeps its keys in a skip list. Refused beyond the loopback.'),
  batching: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      '`off`: every message to a peer is a frame and a write of its own. Refused beyond the loopback.',
    ),
  codec: z
    .enum(['protobuf', 'json'])
    .default('protobuf')
    .describe('`json`: how peers write their messages. Set alike on all nodes. Refused beyond the loopback.'),
});
export type Lab = z.infer<typeof Lab>;

/** What is said at the start of a node whose field is not at its default. */
const EFFECTS: { readonly [Field in keyof Lab]: string } = {
  lock: 'requests wait for each other behind a lock',
  applier: 'committed entries wait for a timer',
  io: 'files are written and synced elsewhere than on every other node',
  connections: 'every frame to a peer has a connection of its own',
  framing: 'messages of peers lose what is longer, and what they carry never arrives',
  store: 'every key is found by a search',
  batching: 'messages to a peer share nothing',
  codec: 'peers understand each other only when all of them are set alike',
};

/** The fields that are not as on every other node. */
export function labFields(lab: Lab): (keyof Lab)[] {
  return (Object.keys(Lab.shape) as (keyof Lab)[]).filter((field) => lab[field] !== DEFAULTS[field]);
}

/** One sentence for each of them. */
export function labWarnings(lab: Lab): string[] {
  return labFields(lab).map((field) => `TEST MODE: testing.lab.${field} is ${lab[field]}, ${EFFECTS[field]}`);
}

/** All fields by the names of `ConfigFacts`: `labLock`. */
export function labFacts(lab: Lab): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lab).map(([field, value]) => [`lab${field[0]!.toUpperCase()}${field.slice(1)}`, value]),
  );
}

const DEFAULTS: Lab = Lab.parse({});
