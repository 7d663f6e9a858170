import {
  type FaultContext,
  type FaultKind,
  type FaultOutcome,
  holdOne,
  last,
  notHappened,
  persist,
  shuffled,
  startAgain,
  type Victim,
} from './fault.js';

export const PROCESS_FAULTS: readonly FaultKind[] = [
  { name: 'kill-leader', group: 'kill', run: (context) => killOne(context, 'leader') },
  { name: 'kill-one', group: 'kill', run: (context) => killOne(context, 'follower') },
  { name: 'kill-all', group: 'kill', run: killAll },
  { name: 'pause-leader', group: 'pause', lengthMsMin: 1_500, run: (context) => pauseOne(context, 'leader') },
  { name: 'pause-one', group: 'pause', lengthMsMin: 1_500, run: (context) => pauseOne(context, 'follower') },
  { name: 'rolling-restart', group: 'restart', run: rollingRestart },
];

/** Of a node that is down because everything was killed: no need to be down for long. */
const KILL_ALL_MS = 300;
const HELD_WAIT_MS = 2_000;

async function killOne(context: FaultContext, victim: Victim): Promise<FaultOutcome> {
  const node = await holdOne(context, victim);
  if (node === null) return notHappened('no such node is free');
  await node.kill();
  await last(context);
  const failed = await startAgain(node);
  node.release();
  return failed ?? { happened: true, detail: `node ${node.id}` };
}

/** As when a rack loses its power, but for what the kernel had not written yet: the simulator and `strata fsync` look at that. */
async function killAll(context: FaultContext): Promise<FaultOutcome> {
  const most = await persist(context, async () => {
    const { nodes } = context.fleet;
    const free = nodes.filter((node) => node.isFree);
    return free.length > nodes.length / 2 ? free : null;
  });
  if (most === null) return notHappened('too few nodes are free');
  const held = most.filter((node) => node.hold());
  await Promise.all(held.map((node) => node.kill()));
  await last(context, KILL_ALL_MS);
  const failed = await Promise.all(held.map((node) => startAgain(node)));
  for (const node of held) node.release();
  const violation = failed.find((outcome) => outcome !== null);
  return violation ?? { happened: true, detail: `nodes ${held.map(({ id }) => id).join(' ')}` };
}

async function pauseOne(context: FaultContext, victim: Victim): Promise<FaultOutcome> {
  const node = await holdOne(context, victim);
  if (node === null) return notHappened('no such node is free');
  node.pause();
  await last(context);
  node.resume();
  node.release();
  return { happened: true, detail: `node ${node.id}` };
}

/** SIGTERM, one after the other, as an upgrade does it. */
async function rollingRestart(context: FaultContext): Promise<FaultOutcome> {
  const { fleet, random, over } = context;
  const restarted: number[] = [];
  for (const node of shuffled(fleet.nodes, random)) {
    if (over.aborted) break;
    // Another fault may have it for a while, and keep it; the others are restarted all the same.
    if ((await persist(context, async () => (node.hold() ? node : null), HELD_WAIT_MS)) === null) continue;
    const exit = await node.stop();
    const failed = await startAgain(node);
    node.release();
    if (failed !== null) return failed;
    if (exit !== null && exit.code !== 0) {
      const how = exit.signal === null ? `code ${exit.code}` : exit.signal;
      const violation = `node ${node.id} was asked to end and ended with ${how}`;
      return { happened: true, detail: violation, violation };
    }
    restarted.push(node.id);
    await last(context, 200);
  }
  return { happened: restarted.length > 1, detail: `nodes ${restarted.join(' ')}` };
}
