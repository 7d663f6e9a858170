/** One sync as the kernel saw it, CLOCK_MONOTONIC in nanoseconds. */
export interface KernelSync {
  readonly syscall: string;
  readonly tid: number;
  readonly enteredNs: number;
  readonly kernelNs: number;
  /** Number of the descriptor; null where the watcher names the path at once. */
  readonly descriptor: number | null;
  readonly path: string | null;
}

/** One flush of a device's write cache, CLOCK_MONOTONIC in nanoseconds. */
export interface DeviceFlush {
  readonly issuedNs: number;
  readonly ns: number;
}

/** What a watcher saw of the kernel. */
export interface KernelView {
  /** In the order of their entry. */
  readonly syncs: readonly KernelSync[];
  /** In the order of their issue; null where nobody watched the device, or saw too little of it. */
  readonly flushes: readonly DeviceFlush[] | null;
  /** Events that the kernel could not hand over, and syncs beyond the limit. */
  readonly lost: number;
}

/** Reads what a watcher wrote, line by line. Never fails: what is no line of it is skipped. */
export interface KernelLogReader {
  line(text: string): void;
  end(): KernelView;
}

/** A second of the fastest device that is known, ten times over. */
const SYNCS_MAX = 500_000;

/** Collects the syncs and flushes of one capture within a limit. */
export class KernelViewBuilder {
  readonly #syncs: KernelSync[] = [];
  readonly #flushes: DeviceFlush[] = [];
  #lost = 0;

  sync(sync: KernelSync): void {
    if (this.#syncs.length < SYNCS_MAX) this.#syncs.push(sync);
    else this.#lost += 1;
  }

  flush(flush: DeviceFlush): void {
    if (this.#flushes.length < SYNCS_MAX) this.#flushes.push(flush);
    else this.#lost += 1;
  }

  lose(events: number): void {
    this.#lost += events;
  }

  view(watchedDevice: boolean): KernelView {
    return {
      syncs: this.#syncs.sort((a, b) => a.enteredNs - b.enteredNs),
      flushes: watchedDevice ? this.#flushes.sort((a, b) => a.issuedNs - b.issuedNs) : null,
      lost: this.#lost,
    };
  }
}

/** Nanoseconds within a call in which the device was flushing, overlapping flushes counted once. `flushes` ascend. */
export function flushNsWithin(
  call: Pick<KernelSync, 'enteredNs' | 'kernelNs'>,
  flushes: readonly DeviceFlush[],
): number {
  const endNs = call.enteredNs + call.kernelNs;
  let coveredToNs = call.enteredNs;
  let sum = 0;
  for (let at = firstThatMayReach(flushes, call.enteredNs); at < flushes.length; at += 1) {
    const { issuedNs, ns } = flushes[at]!;
    if (issuedNs >= endNs) break;
    const from = Math.max(issuedNs, coveredToNs);
    const to = Math.min(issuedNs + ns, endNs);
    if (to > from) sum += to - from;
    coveredToNs = Math.max(coveredToNs, to);
  }
  return sum;
}

/** No flush that a call waits for is under way for longer. */
const FLUSH_NS_MAX = 60e9;

/** Index of the first flush that may still have been under way then. */
function firstThatMayReach(flushes: readonly DeviceFlush[], ns: number): number {
  let low = 0;
  let high = flushes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (flushes[middle]!.issuedNs < ns - FLUSH_NS_MAX) low = middle + 1;
    else high = middle;
  }
  return low;
}
