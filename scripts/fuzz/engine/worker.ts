import { parentPort, workerData } from 'node:worker_threads';
import { Random } from '../../../server/sim/random.js';
import { readCorpus } from './corpus.js';
import { Coverage } from './coverage.js';
import { FINDINGS_MAX, type Finding, Fuzzer, type Kept } from './fuzzer.js';
import type { Target } from './target.js';

/** What one worker is asked for: one target. */
export interface Order {
  readonly target: string;
  readonly seed: number;
  /** Whichever comes first ends the run. */
  readonly executionsMax: number;
  readonly secondsMax: number;
  readonly slowMs: number | null;
  readonly findingsMax?: number;
  /** Whether inputs that reached new ground are given back. */
  readonly keeps: boolean;
  /** Instead of everything else: these bytes once. */
  readonly replay: Uint8Array | null;
  /** The input under way: a counter, its length, its bytes. */
  readonly current: SharedArrayBuffer;
}

export interface Outcome {
  readonly target: string;
  readonly executions: number;
  readonly seconds: number;
  readonly seeds: number;
  readonly corpusSize: number;
  readonly coverage: { readonly executed: number; readonly seen: number };
  readonly findings: readonly Finding[];
  /** Where they were asked for. */
  readonly kept: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const order = workerData as Order;
const counter = new Int32Array(order.current, 0, 2);
const bytes = new Uint8Array(order.current, 8);

function announce(input: Buffer): void {
  bytes.set(input.length > bytes.length ? input.subarray(0, bytes.length) : input);
  counter[1] = input.length;
  Atomics.add(counter, 0, 1);
}

// Before the targets are imported: code that is compiled earlier is not counted.
const coverage = new Coverage();
coverage.start();
// And no other target: a look at the counters takes the longer, the more code there is.
const { target } = (await import(`../targets/${order.target}.js`)) as { target: Target };
const { seed, slowMs, findingsMax = FINDINGS_MAX } = order;
const fuzzer = new Fuzzer({ target, random: new Random(seed), coverage, announce, slowMs, findingsMax });
const startMs = performance.now();
const seeds =
  order.replay === null
    ? [...target.seeds(), ...readCorpus(target.name)]
    : [{ name: '', bytes: order.replay }];
await fuzzer.replay(seeds);
const deadlineMs = startMs + order.secondsMax * 1_000;
while (
  order.replay === null &&
  !fuzzer.isFull &&
  fuzzer.executions < order.executionsMax &&
  performance.now() < deadlineMs
) {
  await fuzzer.batch();
}
const reached = coverage.of(target.sources);
const kept: readonly Kept[] = order.keeps ? await fuzzer.distil(seeds) : [];
const outcome: Outcome = {
  target: target.name,
  executions: fuzzer.executions,
  seconds: (performance.now() - startMs) / 1_000,
  seeds: seeds.length,
  corpusSize: fuzzer.corpusSize,
  coverage: reached,
  findings: fuzzer.findings,
  kept,
};
coverage.stop();
parentPort!.postMessage(outcome);
