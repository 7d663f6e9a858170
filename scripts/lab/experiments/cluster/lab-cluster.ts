import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runLoad } from '../../../../loadgen/index.js';
import type { LoadSummary, StrategyLetter } from '../../../../results/schema/index.js';
import type { NodeConfigInput } from '../../../../server/config/config.js';
import { CliError } from '../../../lib/cli-error.js';
import { Cluster } from '../../../lib/cluster.js';
import { closedLoop, LOAD_DEFAULTS } from '../../../lib/load-settings.js';
import { fetchLayers } from '../../../lib/node-api.js';
import type { NodeProcess } from '../../../lib/node-process.js';
import type { ExperimentContext } from '../../experiment.js';
import { type ClusterWindow, clusterCores, clusterWindow, readNodes } from './cluster-window.js';
import { type LabSwitches, withSwitches } from './switches.js';

/** What the cluster of an arm is. */
export interface ClusterSetup {
  /** 3 unless it is said. */
  readonly nodes?: number;
  /** G unless it is said. */
  readonly strategy?: StrategyLetter;
  readonly switches?: LabSwitches;
  /** Last word on the configuration of every node. */
  readonly adjust?: (config: NodeConfigInput) => NodeConfigInput;
}

/** Load of one window. What is left out: writes of 128 bytes to 10,000 keys, as fast as the answers come. */
export interface WindowLoad {
  readonly clients: number;
  /** Share of reads. */
  readonly reads?: number;
  readonly valueBytes?: number;
  /** Requests per second, whatever the answers do; without it a closed loop. */
  readonly rate?: number;
  /** Begins with the window; what the nodes counted is read when it has ended, so it is counted whole. */
  readonly event?: () => Promise<unknown>;
}

/** One window under load. */
export interface Pass extends ClusterWindow {
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly slowestMs: number;
  /** Of all nodes together, in microseconds; null where /proc tells nothing. */
  readonly cpuUsPerRequest: number | null;
  /** Requests under way, as Little's law counts them: throughput times mean latency. */
  readonly underWay: number;
  readonly summary: LoadSummary;
}

const KEYS = 10_000;
const PRIME_CLIENTS = 50;
const PRIME_POLL_MS = 50;
/** The generator's own window after a warm-up, as short as it may be: nobody looks at it. */
const PRIME_WINDOW_SECONDS = 0.01;
/** Windows that are thrown away because the lead moved in them, before the arm is given up. */
const ATTEMPTS = 3;
const REQUEST_MS_MAX = 30_000;
/** A window with more failed requests than this share says how errors are answered, not how requests are. */
const ERROR_SHARE_MAX = 0.02;

/** Parts of a run. */
export interface LabTimes {
  /**
   * Answers that warm a cluster up. Counted, not timed: after a second a slow arm has answered some hundreds of requests and V8 has compiled little of its code,
   * a fast one thousands. A cluster gets within a fifth of its later speed in 3,000 to 6,000 requests.
   */
  readonly primeRequests: number;
  /** The warm-up of an arm that is too slow for so many ends here. */
  readonly primeSeconds: number;
  /** Before each window, for the queues of its own load to fill. */
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
}

export function labTimes(quick: boolean): LabTimes {
  return quick
    ? { primeRequests: 4_000, primeSeconds: 4, warmupSeconds: 0.3, windowSeconds: 1.2 }
    : { primeRequests: 20_000, primeSeconds: 15, warmupSeconds: 1, windowSeconds: 4 };
}

/**
 * A cluster for one run of one arm, and the load on it. New for every run, because what V8 made of one process's code differs from process to process
 * by more than many arms do, and would otherwise be taken for the arm. Only one of them runs at a time: the idle nodes of the other arms would take CPU from it.
 * The levels of one run share its cluster: there the arms are compared, not the levels.
 */
export class LabCluster {
  readonly cluster: Cluster;
  readonly times: LabTimes;
  readonly #context: ExperimentContext;
  readonly #name: string;

  private constructor(cluster: Cluster, context: ExperimentContext, name: string) {
    this.cluster = cluster;
    this.#context = context;
    this.#name = name;
    this.times = labTimes(context.quick);
  }

  /** Starts the nodes, hands them to `work` and stops and removes them, however it ends. */
  static async during<Result>(
    context: ExperimentContext,
    name: string,
    setup: ClusterSetup,
    work: (lab: LabCluster) => Promise<Result>,
  ): Promise<Result> {
    context.signal.throwIfAborted();
    const directory = join(context.directory, name);
    mkdirSync(directory, { recursive: true });
    let cluster: Cluster | null = null;
    try {
      context.progress(`${name}: starting ${setup.nodes ?? 3} nodes`);
      cluster = await startCluster(directory, setup);
      return await work(new LabCluster(cluster, context, name));
    } finally {
      // Nothing of it is needed any more, so nobody waits until the nodes have said goodbye.
      await cluster?.killAll();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get quick(): boolean {
    return this.#context.quick;
  }

  leader(): Promise<NodeProcess> {
    return this.cluster.waitForLeader();
  }

  /** Load that nobody looks at, until enough of it is answered: V8 compiles what it finds hot, and cold code is another program. */
  async prime(load: WindowLoad = { clients: PRIME_CLIENTS }): Promise<void> {
    this.#context.progress(`${this.#name}: warming up`);
    const { url } = await this.leader();
    const { primeRequests, primeSeconds } = this.times;
    await runLoad({
      ...this.#options(load, url, 0, PRIME_WINDOW_SECONDS),
      signal: this.signal,
      onMeasureStart: () => untilAnswered(url, primeRequests, primeSeconds, this.signal),
    });
  }

  /** One window under load at the leader. A window in which the lead moved is measured again. */
  async pass(load: WindowLoad): Promise<Pass> {
    for (let attempt = 1; ; attempt++) {
      this.#context.progress(`${this.#name}: ${loadText(load)}`);
      const pass = await this.#onePass(load);
      if (pass !== null) return pass;
      if (attempt === ATTEMPTS) throw this.#unsteady();
    }
  }

  /** What `work` gives at the leader, and what the nodes did meanwhile. Done again when the lead moved. */
  async steadyWindow<Result>(
    work: (url: string) => Promise<Result>,
  ): Promise<{ readonly window: ClusterWindow; readonly result: Result }> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { url } = await this.leader();
      const { window, result } = await this.window(() => work(url));
      if (window !== null) return { window, result };
    }
    throw this.#unsteady();
  }

  /** What `work` gives, and what the nodes did meanwhile; `window` is null when the lead moved. */
  async window<Result>(
    work: () => Promise<Result>,
  ): Promise<{ readonly window: ClusterWindow | null; readonly result: Result }> {
    const before = await readNodes(this.cluster);
    const result = await work();
    return { window: clusterWindow(before, await readNodes(this.cluster)), result };
  }

  /** Sleeps, but not through an interruption. */
  async rest(seconds: number): Promise<void> {
    await sleep(1e3 * seconds, undefined, { signal: this.signal });
  }

  async #onePass(load: WindowLoad): Promise<Pass | null> {
    const { url } = await this.leader();
    const { warmupSeconds, windowSeconds } = this.times;
    let before: Awaited<ReturnType<typeof readNodes>> = [];
    let after: typeof before = [];
    let event: Promise<unknown> | undefined;
    const { summary } = await runLoad({
      ...this.#options(load, url, warmupSeconds, windowSeconds),
      signal: this.signal,
      onMeasureStart: async () => {
        before = await readNodes(this.cluster);
        event = load.event?.();
        // Its failure is told when it is waited for.
        event?.catch(() => {});
      },
      onMeasureEnd: async () => {
        await event;
        after = await readNodes(this.cluster);
      },
    });
    this.signal.throwIfAborted();
    checkAnswers(this.#name, summary);
    const window = clusterWindow(before, after);
    return window === null ? null : passOf(summary, window);
  }

  #unsteady(): CliError {
    return new CliError(
      'STRATA_LAB_UNSTEADY',
      `${this.#name}: the lead moved in ${ATTEMPTS} windows out of ${ATTEMPTS}; is the machine busy with something else?`,
    );
  }

  #options(load: WindowLoad, url: string, warmupSeconds: number, durationSeconds: number) {
    const settings = {
      ...LOAD_DEFAULTS,
      // Of a thousand clients each may wait for all others.
      requestTimeoutMs: REQUEST_MS_MAX,
      keys: KEYS,
      reads: load.reads ?? 0,
      valueBytes: load.valueBytes ?? LOAD_DEFAULTS.valueBytes,
      seed: this.#context.seed,
    };
    const loop = { targets: [url], clients: load.clients, warmupSeconds, durationSeconds, traceEvery: 0 };
    return { ...closedLoop(settings, loop), rate: load.rate ?? null };
  }
}

function startCluster(directory: string, setup: ClusterSetup): Promise<Cluster> {
  return Cluster.start({
    nodes: setup.nodes ?? 3,
    directory,
    httpPort: null,
    peerPort: null,
    strategy: setup.strategy ?? 'G',
    primitive: 'fdatasync',
    adjust: (config) => {
      const switched = withSwitches(config, setup.switches ?? {});
      return setup.adjust === undefined ? switched : setup.adjust(switched);
    },
  });
}

/** Resolves when the node has answered so many requests since the call, or when the time is over. */
export async function untilAnswered(
  url: string,
  requests: number,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const endMs = performance.now() + 1e3 * seconds;
  const first = await requestsOf(url);
  while (performance.now() < endMs && (await requestsOf(url)) - first < requests)
    await sleep(PRIME_POLL_MS, undefined, { signal });
}

/** HTTP requests that a node has seen. */
async function requestsOf(url: string): Promise<number> {
  const { counters } = await fetchLayers(url);
  const requests = counters.network_http_requests_total;
  if (requests === undefined) throw new Error(`${url} does not count its requests`);
  return requests;
}

/** @throws CliError when so many requests failed that the rest says little. */
export function checkAnswers(
  name: string,
  { operations, errors }: Pick<LoadSummary, 'operations' | 'errors'>,
): void {
  const failed = errors.reduce((sum, { count }) => sum + count, 0);
  const all = operations.ok + failed;
  if (operations.ok > 0 && failed <= ERROR_SHARE_MAX * all) return;
  const kinds = errors.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  throw new CliError('STRATA_LAB_ERRORS', `${name}: ${failed} of ${all} requests failed (${kinds}).`);
}

function passOf(summary: LoadSummary, window: ClusterWindow): Pass {
  const { throughputPerSecond: perSecond } = summary;
  const { p50, p99, max, mean } = summary.latency.response;
  const cores = clusterCores(window);
  return {
    ...window,
    perSecond,
    p50Ms: p50 === null ? null : p50 / 1e3,
    p99Ms: p99 === null ? null : p99 / 1e3,
    slowestMs: max / 1e3,
    cpuUsPerRequest: cores === null ? null : (1e6 * cores) / perSecond,
    underWay: (perSecond * mean) / 1e6,
    summary,
  };
}

function loadText({ clients, rate, reads = 0 }: WindowLoad): string {
  const what = reads === 0 ? 'writes' : reads === 1 ? 'reads' : `${Math.round(100 * reads)} % reads`;
  return rate === undefined ? `${clients} clients, ${what}` : `${rate} a second, ${what}`;
}
