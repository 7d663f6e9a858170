import { askNode } from '../../lib/admin-api.js';
import type { FleetNode } from '../fleet-node.js';
import { leaderOf, type NodeView } from '../node-view.js';
import {
  type FaultContext,
  type FaultKind,
  type FaultOutcome,
  findLeader,
  last,
  notHappened,
  persist,
  shuffled,
} from './fault.js';

/** Other faults may forbid a change for as long as they last. */
const CHANGE_WAIT_MS = 15_000;
const RETRY_MS = 150;
/** Node 1 may live on the small disk, which another fault needs. */
const STAYS = 1;

export const MEMBERSHIP_FAULTS: readonly FaultKind[] = [
  { name: 'member-learner', group: 'member', run: learner },
  { name: 'member-grow-shrink', group: 'member', run: growAndShrink },
  { name: 'member-replace', group: 'member', run: replace },
  { name: 'transfer', group: 'transfer', run: transfer },
];

type Members = NodeView['members'];

/** A learner comes, and goes again. */
async function learner(context: FaultContext): Promise<FaultOutcome> {
  const node = await added(context);
  if (node === null) return notHappened('the learner was not taken in');
  await last(context);
  const gone = await removed(context, node.id);
  if (gone) await context.fleet.retire(node);
  return { happened: true, detail: `node ${node.id}${gone ? '' : ', not removed in time'}` };
}

/** A learner comes and gets a vote, and somebody else, the leader perhaps, is removed. */
async function growAndShrink(context: FaultContext): Promise<FaultOutcome> {
  const node = await added(context);
  if (node === null) return notHappened('the learner was not taken in');
  const promoted = await change(
    context,
    'POST',
    `/cluster/members/${node.id}/promote`,
    undefined,
    (members) => members.some(({ id, voter }) => id === node.id && voter),
  );
  if (!promoted) return notHappened(`node ${node.id} got no vote in time`);
  await last(context);
  const victim = await victimOf(context, node);
  if (victim === null || !(await removed(context, victim.id)))
    return { happened: true, detail: `node ${node.id} came, nobody went` };
  await last(context, context.lengthMs / 2);
  await context.fleet.retire(victim);
  return { happened: true, detail: `node ${node.id} came, node ${victim.id} went` };
}

/** One out, one in, in one step. The one that is out lives on for a while: it must disturb nobody and answer nothing stale. */
async function replace(context: FaultContext): Promise<FaultOutcome> {
  const node = await added(context);
  if (node === null) return notHappened('the learner was not taken in');
  const victim = await victimOf(context, node);
  if (victim === null) return notHappened('nobody to replace');
  const path = `/cluster/members/${victim.id}/replace`;
  const replaced = await change(context, 'POST', path, { by: node.id }, (members) =>
    members.every(({ id }) => id !== victim.id),
  );
  if (!replaced) return notHappened(`node ${victim.id} was not replaced in time`);
  await last(context);
  await context.fleet.retire(victim);
  return { happened: true, detail: `node ${victim.id} by node ${node.id}` };
}

async function transfer(context: FaultContext): Promise<FaultOutcome> {
  const done = await persist(context, () => transferOnce(context));
  return done === null ? notHappened('nobody took over') : { happened: true, detail: done };
}

async function transferOnce({ monitor, fleet, random }: FaultContext): Promise<string | null> {
  const leader = leaderOf(await monitor.look());
  const voters = leader?.members.filter(({ id, voter }) => voter && id !== leader.id) ?? [];
  const [target] = shuffled(voters, random);
  const url = fleet.node(leader?.id ?? 0)?.url;
  if (leader === null || target === undefined || url === undefined) return null;
  try {
    await askNode({ url }, 'POST', '/cluster/transfer', { to: target.id });
    return `from node ${leader.id} to node ${target.id}`;
  } catch {
    return null;
  }
}

/** A newcomer that the cluster has taken in as a learner; null when it did not in time. It runs on then: the change may yet come. */
async function added(context: FaultContext): Promise<FleetNode | null> {
  if (context.over.aborted) return null;
  const node = await context.fleet.startNewcomer();
  const { host, peerPort, httpPort } = node.config.members.find(({ id }) => id === node.id)!;
  const body = { id: node.id, host, peerPort, httpPort };
  const isThere = await change(context, 'POST', '/cluster/members', body, (members) =>
    members.some(({ id }) => id === node.id),
  );
  return isThere ? node : null;
}

function removed(context: FaultContext, victim: number): Promise<boolean> {
  return change(context, 'DELETE', `/cluster/members/${victim}`, undefined, (members) =>
    members.every(({ id }) => id !== victim),
  );
}

async function victimOf(context: FaultContext, newcomer: FleetNode): Promise<FleetNode | null> {
  const leader = await findLeader(context);
  const candidates = (leader?.members ?? []).filter(({ id }) => id !== newcomer.id && id !== STAYS);
  const [victim] = shuffled(candidates, context.random);
  return victim === undefined ? null : (context.fleet.node(victim.id) ?? null);
}

/** Asks until the members are as wanted: an answer that was lost says nothing, the members do. */
async function change(
  context: FaultContext,
  method: string,
  path: string,
  body: unknown,
  isDone: (members: Members) => boolean,
): Promise<boolean> {
  const { monitor, fleet, over } = context;
  const endMs = performance.now() + CHANGE_WAIT_MS;
  while (performance.now() < endMs && !over.aborted) {
    const leader = leaderOf(await monitor.look());
    const url = leader === null ? undefined : fleet.node(leader.id)?.url;
    if (leader !== null && isDone(leader.members)) return true;
    if (url !== undefined) await askNode({ url }, method, path, body).catch(() => {});
    else await last(context, RETRY_MS);
  }
  const leader = leaderOf(await monitor.look());
  return leader !== null && isDone(leader.members);
}
