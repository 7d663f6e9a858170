import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpCaller } from './clients/http-call.js';
import type { Fleet } from './fleet.js';
import type { FleetNode } from './fleet-node.js';
import { leaderOf, type NodeView, viewOf } from './node-view.js';

/** Elections, a transfer of everything by snapshot and a slow machine fit into it many times. */
const RECOVERY_MS_MAX = 60_000;
const POLL_MS = 200;
const ASK_TIMEOUT_MS = 5_000;
const PAGE_KEYS = 1_000;

/** What a member holds; equal ones are equal. */
interface Holding {
  readonly id: number;
  readonly revision: number;
  readonly appliedIndex: number;
  readonly hash: string;
}

export interface Recovery {
  readonly tookMs: number;
  /** Empty: every member runs, is ready, and holds the same. */
  readonly violations: readonly string[];
  /** Some node has let go of the beginning of its log, which only a snapshot allows. */
  readonly compacted: boolean;
  /** What stood in the way, and since when. */
  readonly waits: readonly { readonly atMs: number; readonly reason: string }[];
}

/** Takes every fault back and demands that all members come to hold the same, whatever happened before. */
export async function recover(fleet: Fleet, caller: HttpCaller): Promise<Recovery> {
  const startMs = performance.now();
  fleet.links.healAll();
  const starts = await Promise.allSettled(fleet.nodes.map((node) => revive(node)));
  const violations = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
  const waits: { atMs: number; reason: string }[] = [];
  while (violations.length === 0 && performance.now() - startMs < RECOVERY_MS_MAX) {
    const state = await compare(fleet, caller);
    if (typeof state !== 'string')
      return { tookMs: performance.now() - startMs, violations, waits, ...state };
    if (state !== waits.at(-1)?.reason)
      waits.push({ atMs: Math.round(performance.now() - startMs), reason: state });
    await sleep(POLL_MS);
  }
  const last = waits.at(-1)?.reason ?? 'nobody was asked';
  if (violations.length === 0)
    violations.push(`the members did not come together within ${RECOVERY_MS_MAX} ms: ${last}`);
  return { tookMs: performance.now() - startMs, violations, waits, compacted: false };
}

async function revive(node: FleetNode): Promise<void> {
  node.resume();
  await node.start();
}

/** What stands in the way, or null and what else is of interest. */
async function compare(fleet: Fleet, caller: HttpCaller): Promise<string | { readonly compacted: boolean }> {
  const views = await Promise.all(fleet.urls.map((url) => viewOf(caller, url, ASK_TIMEOUT_MS)));
  const leader = leaderOf(views);
  if (leader === null) return 'nobody leads';
  const members = views.filter((view) => view !== null && leader.members.some(({ id }) => id === view.id));
  const missing = leader.members.filter(({ id }) => !members.some((view) => view?.id === id));
  if (missing.length > 0) return `no answer of ${missing.map(({ id }) => id).join(', ')}`;
  const odd = members.find((view) => view!.leader !== leader.id || !view!.ready || view!.alarms.length > 0);
  if (odd != null)
    return `node ${odd.id} follows ${odd.leader}, ready ${odd.ready}, alarms ${odd.alarms.join(' ') || 'none'}`;
  const holdings = await Promise.all(members.map((view) => holdingOf(fleet, caller, view!)));
  const silent = members.filter((_, at) => holdings[at] === null);
  if (silent.length > 0)
    return `${silent.map((view) => `node ${view!.id}`).join(', ')} went on, or did not tell what it holds`;
  const kinds = new Set(holdings.map((holding) => contentOf(holding!)));
  if (kinds.size > 1)
    return holdings.map((holding) => `node ${holding!.id}: ${contentOf(holding!)}`).join('; ');
  return { compacted: views.some((view) => view !== null && view.firstIndex > 1) };
}

function contentOf({ revision, appliedIndex, hash }: Holding): string {
  return `revision ${revision}, applied ${appliedIndex}, keys ${hash}`;
}

/** Reads everything off one node, from its own state. Null when it did not answer, or went on meanwhile. */
async function holdingOf(fleet: Fleet, caller: HttpCaller, view: NodeView): Promise<Holding | null> {
  const url = fleet.node(view.id)?.url;
  if (url === undefined) return null;
  const hash = createHash('sha256');
  let cursor: string | null = '';
  while (cursor !== null) {
    const path = `/kv?consistency=stale&limit=${PAGE_KEYS}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const reply = await caller.call({ url, method: 'GET', path, timeoutMs: ASK_TIMEOUT_MS });
    if (reply.kind !== 'answer' || reply.status !== 200) return null;
    const page = JSON.parse(reply.body) as Page;
    for (const item of page.items) hash.update(JSON.stringify(item));
    cursor = page.next;
  }
  const after = await viewOf(caller, url, ASK_TIMEOUT_MS);
  if (after === null || after.appliedIndex !== view.appliedIndex) return null;
  const { id, revision, appliedIndex } = view;
  return { id, revision, appliedIndex, hash: hash.digest('hex').slice(0, 16) };
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}
