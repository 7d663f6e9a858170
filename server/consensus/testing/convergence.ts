import { StrataError } from '../../errors.js';
import { Role } from '../messages.js';
import type { Cluster } from './cluster.js';
import { NO_FAULTS } from './network-model.js';
import type { SimNode } from './sim-node.js';
import { Violation } from './violation.js';

/** What a healed cluster has to agree on. */
interface LastWord {
  readonly index: number;
  readonly term: number;
  readonly readsBefore: number;
}

/** Rounds in which a healed cluster has to agree: some elections that split, and time to catch up. */
const HEALED_ROUNDS_MAX = 400;

/** Heals everything; then the cluster has to agree and go on. */
export function converge(cluster: Cluster): void {
  cluster.heal();
  cluster.network.faults = NO_FAULTS;
  for (const { id } of cluster.nodes) cluster.restart(id);
  let last: LastWord | null = null;
  for (let round = 0; round < HEALED_ROUNDS_MAX; round++) {
    cluster.pass();
    const { leader } = cluster;
    if (leader === null) continue;
    renewSnapshot(leader);
    // What a leader of an earlier term took may be lost with its leadership, rightly.
    if (last?.term !== leader.raw?.term) last = sayLast(cluster, leader);
    else if (last !== null && agrees(cluster, leader, last)) return;
  }
  throw new Violation('liveness', `healed, but no agreement: ${describe(cluster)}`);
}

/** A member that was removed and came back takes no snapshot from between, where it is none. Nobody's log grows now, so one is taken by hand. */
function renewSnapshot(leader: SimNode): void {
  const { meta } = leader.storage.newest;
  const members = [...meta.voters, ...meta.votersOutgoing, ...meta.learners];
  if (leader.raw?.status().progress.every(({ id }) => members.includes(id)) === true) return;
  leader.beginSnapshot();
  leader.finishSnapshot();
}

/** One more write and one more read; null when the leader refuses. */
function sayLast(cluster: Cluster, { id, raw }: SimNode): LastWord | null {
  let index = 0;
  const isTaken = unlessRefused(() => {
    index = cluster.propose(id, 'last');
  });
  if (!isTaken || raw === null) return null;
  cluster.read(id);
  return { index, term: raw.term, readsBefore: cluster.invariants.readsServed };
}

/** The write is committed, the read served, and all members applied all there is. */
function agrees(cluster: Cluster, { raw }: SimNode, { index, term, readsBefore }: LastWord): boolean {
  const { chosen, readsServed } = cluster.invariants;
  if (raw === null || chosen[index - 1]?.term !== term || readsServed === readsBefore) return false;
  const { voters, votersOutgoing, learners } = raw.membership;
  return [...voters, ...votersOutgoing, ...learners].every(
    (id) => cluster.node(id).applied.length === chosen.length,
  );
}

function describe(cluster: Cluster): string {
  return cluster.nodes
    .map((node) => {
      if (node.raw === null) return `${node.id} down`;
      const { role, term, commitIndex, appliedIndex, firstIndex, lastIndex } = node.raw;
      const { voters, votersOutgoing, learners } = node.raw.membership;
      const members = `voters ${[...voters]} and ${[...votersOutgoing]}, learners ${[...learners]}`;
      const indexes = `applied ${appliedIndex} committed ${commitIndex} log ${firstIndex} to ${lastIndex}`;
      return `${node.id} ${role} term ${term} ${indexes} (${members})`;
    })
    .join('; ');
}

/** Believes to lead, be it rightly or not. */
export function leads({ raw }: SimNode): boolean {
  return raw?.role === Role.Leader;
}

/** Runs what may be refused by an operating error; false when it was. */
export function unlessRefused(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof StrataError) return false;
    throw error;
  }
}
