import type { NodeWindow } from '../../../../results/schema/index.js';
import { fillItems, itemKey } from './fill.js';
import type { LabCluster } from './lab-cluster.js';
import { prove } from './proof.js';
import { type LoopOptions, type LoopRequest, type LoopResult, requestLoop } from './request-loop.js';

const KEYS = 1_000;
const VALUE = 'v'.repeat(128);
const FAILED_SHARE_MAX = 0.02;

export interface ReadersAndWriters {
  readonly reads: LoopResult;
  readonly writes: LoopResult;
  readonly leader: NodeWindow;
}

/** Fills the keys and warms the cluster up with what `readersAndWriters` measures. */
export async function primeReadersAndWriters(lab: LabCluster, clients: number): Promise<void> {
  const { url } = await lab.leader();
  await fillItems({ url, keys: KEYS, valueBytes: VALUE.length, signal: lab.signal });
  const { primeRequests, primeSeconds } = lab.times;
  await both(lab, clients, { seconds: primeSeconds / 2, answers: primeRequests / 2 });
}

/**
 * One window at the leader in which half of the clients read, linearizably, and half write: a reader waits for no write of its own. Before it a time that does not
 * count, as at other loads.
 *
 * @throws UnprovenError when too many requests failed
 */
export async function readersAndWriters(
  lab: LabCluster,
  arm: string,
  clients: number,
): Promise<ReadersAndWriters> {
  await both(lab, clients, { seconds: lab.times.warmupSeconds });
  const { window, result } = await lab.steadyWindow(() =>
    both(lab, clients, { seconds: lab.times.windowSeconds }),
  );
  const [reads, writes] = result;
  for (const { answered, failed } of [reads, writes])
    prove(
      answered > 0 && failed <= FAILED_SHARE_MAX * answered,
      arm,
      `${failed} requests failed beside ${answered} answers`,
    );
  return { reads, writes, leader: window.leader };
}

async function both(
  lab: LabCluster,
  clients: number,
  length: Pick<LoopOptions, 'seconds' | 'answers'>,
): Promise<[LoopResult, LoopResult]> {
  const { url } = await lab.leader();
  const loop = { url, clients: clients / 2, signal: lab.signal, ...length };
  return Promise.all([
    requestLoop({ ...loop, next: counting((path) => ({ method: 'GET', path })) }),
    requestLoop({ ...loop, next: counting((path) => ({ method: 'PUT', path, body: VALUE })) }),
  ]);
}

/** Requests for one key after the other, far apart. */
function counting(request: (path: string) => LoopRequest): () => LoopRequest {
  let at = 0;
  return () => request(`/kv/${itemKey((at++ * 7) % KEYS)}`);
}
