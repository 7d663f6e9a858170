import type { LinkCondition } from '../links/link-table.js';
import {
  type FaultContext,
  type FaultKind,
  type FaultOutcome,
  findLeader,
  last,
  notHappened,
  shuffled,
} from './fault.js';

type Pair = readonly [from: number, to: number];

export const FLAKY_LINKS: readonly FaultKind[] = [
  { name: 'delay', group: 'flaky', run: delay },
  { name: 'throttle', group: 'flaky', run: throttle },
  { name: 'reset', group: 'flaky', run: reset },
  { name: 'swizzle', group: 'flaky', lengthMsMin: 1_500, run: swizzle },
];

/** Some links get slow, each in one direction and by a time of its own. */
async function delay(context: FaultContext): Promise<FaultOutcome> {
  const { random } = context;
  const some = shuffled(pairs(context), random).filter(() => random.nextFloat() < 0.5);
  const undo = some.map((pair) =>
    impose(context, pair, { delayMs: 5 + random.nextBelow(120), jitterMs: random.nextBelow(80) }),
  );
  await last(context);
  for (const heal of undo) heal();
  return { happened: some.length > 0, detail: `${some.length} links` };
}

/** What the leader sends crawls: too slow for the entries, fast enough for heartbeats. */
async function throttle(context: FaultContext): Promise<FaultOutcome> {
  const leader = await findLeader(context);
  if (leader === null) return notHappened('no leader');
  const bytesPerSecond = 8_000 + context.random.nextBelow(60_000);
  const undo = pairs(context)
    .filter(([from]) => from === leader.id)
    .map((pair) => impose(context, pair, { bytesPerSecond }));
  await last(context);
  for (const heal of undo) heal();
  return { happened: true, detail: `node ${leader.id} sends ${bytesPerSecond} bytes/s` };
}

/** Connections break again and again. */
async function reset(context: FaultContext): Promise<FaultOutcome> {
  const { random, lengthMs, over, fleet } = context;
  const endMs = performance.now() + lengthMs;
  let broken = 0;
  while (performance.now() < endMs && !over.aborted) {
    for (const [from, to] of shuffled(pairs(context), random).slice(0, 4)) {
      fleet.links.reset(from, to);
      broken += 1;
    }
    await last(context, 30 + random.nextBelow(200));
  }
  return { happened: broken > 0, detail: `${broken} times` };
}

/** FoundationDB's: clog links one by one, then unclog them in another order. */
async function swizzle(context: FaultContext): Promise<FaultOutcome> {
  const { random, lengthMs } = context;
  const some = shuffled(pairs(context), random).slice(0, 8);
  const stepMs = lengthMs / (2 * some.length);
  const undo: (() => void)[] = [];
  for (const pair of some) {
    undo.push(impose(context, pair, { blocked: 'hold' }));
    await last(context, stepMs);
  }
  for (const heal of shuffled(undo, random)) {
    heal();
    await last(context, stepMs);
  }
  return { happened: some.length > 0, detail: some.map(([from, to]) => `${from}>${to}`).join(' ') };
}

function pairs({ fleet }: FaultContext): Pair[] {
  const ids = fleet.nodes.map(({ id }) => id);
  return ids.flatMap((from) => ids.filter((to) => to !== from).map((to): Pair => [from, to]));
}

function impose({ fleet }: FaultContext, [from, to]: Pair, condition: Partial<LinkCondition>): () => void {
  return fleet.links.impose(from, to, condition);
}
