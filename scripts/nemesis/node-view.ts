import type { HttpCaller } from './clients/http-call.js';

const TIMEOUT_MS = 600;

/** What a node says of itself and the cluster at `GET /cluster`, as far as it matters here. */
export interface NodeView {
  readonly id: number;
  readonly role: string;
  readonly term: number;
  readonly leader: number;
  readonly ready: boolean;
  readonly revision: number;
  readonly keys: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  readonly firstIndex: number;
  readonly alarms: readonly string[];
  readonly members: readonly {
    readonly id: number;
    readonly voter: boolean;
    readonly match: number | null;
  }[];
}

/** Null when it does not answer in time. */
export async function viewOf(
  caller: HttpCaller,
  url: string,
  timeoutMs = TIMEOUT_MS,
): Promise<NodeView | null> {
  const reply = await caller.call({ url, method: 'GET', path: '/cluster', timeoutMs });
  return reply.kind === 'answer' && reply.status === 200 ? (JSON.parse(reply.body) as NodeView) : null;
}

/** The one that leads: of several that believe so, the one of the highest term. */
export function leaderOf(views: readonly (NodeView | null)[]): NodeView | null {
  let leader: NodeView | null = null;
  for (const view of views) if (view?.role === 'leader' && view.term > (leader?.term ?? -1)) leader = view;
  return leader;
}
