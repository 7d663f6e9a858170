import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../lib/exit-codes.js';
import type { FleetNode } from '../fleet-node.js';
import { viewOf } from '../node-view.js';
import { Tracer } from '../tracer.js';
import {
  type FaultContext,
  type FaultKind,
  type FaultOutcome,
  findLeader,
  holdOne,
  last,
  notHappened,
  startAgain,
} from './fault.js';

const STEP_MS = 100;
/** A node with writes to do meets its broken disk at once; one without gets this long. */
const FAILURE_WAIT_MS = 3_000;

export const DISK_FAULTS: readonly FaultKind[] = [
  { name: 'slow-disk', group: 'disk', need: 'tracer', run: slowDisk },
  { name: 'disk-error', group: 'disk', need: 'tracer', run: diskError },
  { name: 'disk-full', group: 'disk', need: 'small-disk', lengthMsMin: 5_000, run: diskFull },
];

/** Every sync takes its time; half of the time it is the leader's. */
async function slowDisk(context: FaultContext): Promise<FaultOutcome> {
  const { random } = context;
  const leader = random.nextFloat() < 0.5 ? await findLeader(context) : null;
  const node = holdOne(context, leader?.id ?? null) ?? holdOne(context, null);
  if (node === null) return notHappened('no node is free');
  const delayMs = 10 + random.nextBelow(300);
  const tracer = await attached(node, `delay_enter=${delayMs * 1000}`);
  await last(context);
  await tracer?.detach();
  node.release();
  if (tracer === null) return notHappened(`node ${node.id} could not be traced`);
  return { happened: true, detail: `node ${node.id}, ${delayMs} ms` };
}

/** A failed sync ends the node (A2.28): what follows one cannot be trusted. */
async function diskError(context: FaultContext): Promise<FaultOutcome> {
  const node = holdOne(context, null);
  if (node === null) return notHappened('no node is free');
  node.expectEnd();
  const tracer = await attached(node, 'error=EIO');
  const ended = tracer === null ? null : await endOf(node);
  await tracer?.detach();
  if (tracer !== null && ended !== null) await last(context);
  const failed = ended === null ? null : await startAgain(node);
  node.release();
  if (failed !== null) return failed;
  // It was not told to end after all: from now on its end would be news.
  if (ended === null) {
    node.expectLife();
    return notHappened(`node ${node.id} did not sync`);
  }
  if (ended === EXIT.environment) return { happened: true, detail: `node ${node.id}` };
  const violation = `node ${node.id} ended with code ${ended} after a failed sync, not with ${EXIT.environment}`;
  return { happened: true, detail: violation, violation };
}

async function endOf(node: FleetNode): Promise<number | null> {
  const tooLong = new AbortController();
  const ended = await Promise.race([
    node.exited(),
    sleep(FAILURE_WAIT_MS, null, { signal: tooLong.signal }).catch(() => null),
  ]);
  tooLong.abort();
  return ended === null ? null : (ended.code ?? -1);
}

/** Really full, until somebody makes room (A2.29, A2.30). */
async function diskFull(context: FaultContext): Promise<FaultOutcome> {
  const { smallDisk, lengthMs, over, fleet, caller } = context;
  const node = holdOne(context, 1);
  if (smallDisk === null || node === null) return notHappened('node 1 is not free');
  const endMs = performance.now() + lengthMs;
  let alarmed = false;
  while (performance.now() < endMs && !over.aborted) {
    await smallDisk.fill();
    await last(context, STEP_MS);
    const view = await viewOf(caller, fleet.node(1)?.url ?? node.url);
    alarmed ||= view?.alarms.includes('disk-full') === true;
  }
  smallDisk.free();
  node.release();
  return { happened: alarmed, detail: alarmed ? 'node 1 said so' : 'node 1 did not need more room' };
}

async function attached(node: FleetNode, inject: string): Promise<Tracer | null> {
  return Tracer.attach(node.pid, inject).catch(() => null);
}
