import {
  type FaultContext,
  type FaultKind,
  type FaultOutcome,
  findLeader,
  holdOne,
  last,
  notHappened,
  shuffled,
  startAgain,
} from './fault.js';

export const PROCESS_FAULTS: readonly FaultKind[] = [
  { name: 'kill-leader', group: 'kill', run: (context) => killOne(context, true) },
  { name: 'kill-one', group: 'kill', run: (context) => killOne(context, false) },
  { name: 'kill-all', group: 'kill', run: killAll },
  { name: 'pause-leader', group: 'pause', lengthMsMin: 1_500, run: (context) => pauseOne(context, true) },
  { name: 'pause-one', group: 'pause', lengthMsMin: 1_500, run: (context) => pauseOne(context, false) },
  { name: 'rolling-restart', group: 'restart', run: rollingRestart },
];

/** Of a node that is down because everything was killed: no need to be down for long. */
const KILL_ALL_MS = 300;

async function killOne(context: FaultContext, leading: boolean): Promise<FaultOutcome> {
  const leader = await findLeader(context);
  if (leading && leader === null) return notHappened('no leader');
  const node = holdOne(context, leading ? leader!.id : null, leader === null ? [] : [leader.id]);
  if (node === null) return notHappened('no node is free');
  await node.kill();
  await last(context);
  const failed = await startAgain(node);
  node.release();
  return failed ?? { happened: true, detail: `node ${node.id}` };
}

/** As when a rack loses its power, but for what the kernel had not written yet: the simulator and `strata fsync` look at that. */
async function killAll(context: FaultContext): Promise<FaultOutcome> {
  const held = context.fleet.nodes.filter((node) => node.hold());
  await Promise.all(held.map((node) => node.kill()));
  await last(context, KILL_ALL_MS);
  const failed = await Promise.all(held.map((node) => startAgain(node)));
  for (const node of held) node.release();
  const violation = failed.find((outcome) => outcome !== null);
  const happened = held.length > context.fleet.nodes.length / 2;
  return violation ?? { happened, detail: `nodes ${held.map(({ id }) => id).join(' ')}` };
}

async function pauseOne(context: FaultContext, leading: boolean): Promise<FaultOutcome> {
  const leader = await findLeader(context);
  if (leading && leader === null) return notHappened('no leader');
  const node = holdOne(context, leading ? leader!.id : null, leader === null ? [] : [leader.id]);
  if (node === null) return notHappened('no node is free');
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
    if (!node.hold()) continue;
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
