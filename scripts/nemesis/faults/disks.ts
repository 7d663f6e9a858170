import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../lib/exit-codes.js';
import type { FleetNode } from '../fleet-node.js';
import { viewOf } from '../node-view.js';
import type { SmallDisk } from '../small-disk.js';
import { Tracer } from '../tracer.js';
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
} from './fault.js';

const STEP_MS = 100;
/** A node with writes to do meets its broken disk at once; one without gets this long. */
const FAILURE_WAIT_MS = 1_500;
const ATTEMPTS_MAX = 6;
const SMALL_DISK_NODE = 1;
const FULL_MS_MAX = 15_000;
/** Room that a compaction makes is to be gone before the log asks for it. */
const REFILL_MS = 10;
/** What fills the log while the disk is full, besides the clients; no client ever looks at it. */
const FILLER_KEY = 'filler';
const FILLER = 'x'.repeat(16_384);

export const DISK_FAULTS: readonly FaultKind[] = [
  { name: 'slow-disk', group: 'disk', need: 'tracer', run: slowDisk },
  { name: 'disk-error', group: 'disk', need: 'tracer', run: diskError },
  { name: 'disk-full', group: 'disk', need: 'small-disk', lengthMsMin: 5_000, run: diskFull },
];

/** Every sync takes its time; half of the time it is the leader's. */
async function slowDisk(context: FaultContext): Promise<FaultOutcome> {
  const { random } = context;
  const node = await holdOne(context, random.nextFloat() < 0.5 ? 'leader' : 'follower');
  if (node === null) return notHappened('no such node is free');
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
  // Behind a cut a node may have nothing to write: then it is another's turn.
  for (let attempt = 0; attempt < ATTEMPTS_MAX && !context.over.aborted; attempt++) {
    const node = await holdOne(context, 'anybody');
    if (node === null) continue;
    const outcome = await failSync(context, node);
    node.release();
    if (outcome !== null) return outcome;
  }
  return notHappened('no node synced');
}

async function failSync(context: FaultContext, node: FleetNode): Promise<FaultOutcome | null> {
  node.expectEnd();
  const tracer = await attached(node, 'error=EIO');
  const code = tracer === null ? null : await endOf(node);
  await tracer?.detach();
  if (code === null) {
    // It lives, so from now on its end would be news.
    node.expectLife();
    return null;
  }
  await last(context);
  const failed = await startAgain(node);
  if (failed !== null) return failed;
  if (code === EXIT.environment) return { happened: true, detail: `node ${node.id}` };
  const violation = `node ${node.id} ended with code ${code} after a failed sync, not with ${EXIT.environment}`;
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
  const small = fleet.node(SMALL_DISK_NODE);
  if (smallDisk === null || small === undefined) return notHappened('there is no small disk');
  const node = await persist(context, async () => (small.hold() ? small : null));
  if (node === null) return notHappened('node 1 is not free');
  const startMs = performance.now();
  let alarmed = false;
  const refusedBefore = refusalsIn(node.logPath);
  const filling = new AbortController();
  const filled = keepFull(smallDisk, filling.signal);
  // It must say so; how long until it needs more room depends on what else goes on.
  for (let lastedMs = 0; lastedMs < (alarmed ? lengthMs : FULL_MS_MAX) && !over.aborted; ) {
    const [url] = shuffled(fleet.urls, context.random) as [string];
    await caller.call({ url, method: 'PUT', path: `/kv/${FILLER_KEY}`, body: FILLER, timeoutMs: STEP_MS });
    await last(context, STEP_MS);
    // A node that is far behind meets it with the snapshot that it is sent, and its log never asks for room.
    alarmed ||=
      refusalsIn(node.logPath) > refusedBefore ||
      (await viewOf(caller, node.url))?.alarms.includes('disk-full') === true;
    lastedMs = performance.now() - startMs;
  }
  filling.abort();
  await filled;
  smallDisk.free();
  node.release();
  return { happened: alarmed, detail: alarmed ? 'node 1 said so' : 'node 1 did not need more room' };
}

/** Times that the node's log speaks of the full disk. */
function refusalsIn(logPath: string): number {
  return readFileSync(logPath, 'utf8').split('STRATA_DISK_FULL').length - 1;
}

async function keepFull(disk: SmallDisk, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await disk.fill();
    await sleep(REFILL_MS);
  }
}

async function attached(node: FleetNode, inject: string): Promise<Tracer | null> {
  return Tracer.attach(node.pid, inject).catch(() => null);
}
