import { walshInterval } from '../../analysis/statistics/walsh.js';
import type { Cost, Verdict } from './instrumentation-verdict.js';

/** Of a whole cluster, at one moment. */
export interface Reading {
  readonly atNs: number;
  /** Seen by the leader since it started. */
  readonly requests: number;
  /** Of all nodes since they started. */
  readonly cpuNs: number;
}

/** One second of alternation. */
export interface Phase {
  /** Its number; neighbours differ by one. */
  readonly phase: number;
  readonly isOn: boolean;
  readonly from: Reading;
  readonly to: Reading;
}

export interface AlternationCosts {
  readonly blocks: number;
  readonly throughput: Cost;
  readonly cpu: Cost;
}

/** Blocks of four begin at a multiple of four: each then holds two phases of each kind, as on off off on or the other way round. */
const BLOCK = 4;

/** Cost of measuring by blocks of four phases; what is left at both ends is not used. Shares: 0.02 is 2 %. */
export function alternationCosts(phases: readonly Phase[]): AlternationCosts {
  const blocks = wholeBlocks(phases);
  const ofAll = (rate: (phase: Phase) => number, sign: 1 | -1): Cost => {
    const costs = blocks.map((block) => sign * contrast(block, rate, ({ isOn }) => isOn));
    // Either half of a block holds a phase of each kind, so the halves do not differ in what is measured.
    const noise = blocks.map((block) => contrast(block, rate, (phase) => block.indexOf(phase) < BLOCK / 2));
    const interval = walshInterval(costs);
    const ofNoise = walshInterval(noise);
    return {
      median: interval?.median ?? null,
      interval,
      noiseMedian: ofNoise?.median ?? null,
      noise: ofNoise,
    };
  };
  return { blocks: blocks.length, throughput: ofAll(perSecond, -1), cpu: ofAll(cpuPerRequest, 1) };
}

/**
 * Whether the cost stays within `limit`. Noise of the machine is in the interval of the cost itself; the two halves of a block are only asked whether the
 * design holds: they hold the same, so their difference has to be 0 within its own interval.
 */
export function alternationVerdict({ interval, noise }: Cost, limit: number): Verdict {
  if (interval === null || noise === null || noise.low > 0 || noise.high < 0) return 'cannot be told';
  if (interval.low > limit) return 'above';
  return interval.high <= limit ? 'within' : 'cannot be told';
}

function wholeBlocks(phases: readonly Phase[]): Phase[][] {
  const blocks: Phase[][] = [];
  for (let at = 0; at + BLOCK <= phases.length; at++) {
    const block = phases.slice(at, at + BLOCK);
    const first = block[0]!.phase;
    if (first % BLOCK !== 0 || block.some(({ phase }, offset) => phase !== first + offset)) continue;
    blocks.push(block);
    at += BLOCK - 1;
  }
  return blocks;
}

/** How much higher the rate of one kind of phase is than that of the other, as a share. */
function contrast(
  block: readonly Phase[],
  rate: (phase: Phase) => number,
  isFirstKind: (phase: Phase) => boolean,
): number {
  const mean = (phases: readonly Phase[]) =>
    phases.reduce((sum, phase) => sum + rate(phase), 0) / phases.length;
  return mean(block.filter(isFirstKind)) / mean(block.filter((phase) => !isFirstKind(phase))) - 1;
}

function perSecond({ from, to }: Phase): number {
  return (to.requests - from.requests) / ((to.atNs - from.atNs) / 1e9);
}

function cpuPerRequest({ from, to }: Phase): number {
  return (to.cpuNs - from.cpuNs) / (to.requests - from.requests);
}
