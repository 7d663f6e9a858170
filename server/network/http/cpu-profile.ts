import { type Profiler, Session } from 'node:inspector';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';

const itemsPerPiece = 512;

/** Takes V8 CPU profiles of this process, one at a time: two samplers would measure each other. */
export class CpuProfiler {
  readonly #clock: Clock;
  #busy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Samples every `intervalUs` for `seconds`, or until `cancelled` settles.
   * @throws StrataError STRATA_PROFILE_BUSY
   */
  async take(seconds: number, intervalUs: number, cancelled: Promise<void>): Promise<Profiler.Profile> {
    if (this.#busy) throw new StrataError('STRATA_PROFILE_BUSY');
    this.#busy = true;
    const session = new Session();
    try {
      session.connect();
      await post(session, 'Profiler.enable');
      await post(session, 'Profiler.setSamplingInterval', { interval: intervalUs });
      await post(session, 'Profiler.start');
      await this.#wait(seconds * 1_000, cancelled);
      const { profile } = (await post(session, 'Profiler.stop')) as Profiler.StopReturnType;
      return profile;
    } finally {
      session.disconnect();
      this.#busy = false;
    }
  }

  async #wait(delayMs: number, cancelled: Promise<void>): Promise<void> {
    let stop = (): void => {};
    const elapsed = new Promise<void>((resolve) => {
      const timer = this.#clock.after(delayMs, resolve);
      stop = () => timer.cancel();
    });
    await Promise.race([elapsed, cancelled]);
    stop();
  }
}

/** The text of a .cpuprofile in pieces: a long profile must not hold the loop while it is turned into text. */
export function* profilePieces(profile: Profiler.Profile): Generator<string> {
  const { nodes, samples, timeDeltas, ...rest } = profile;
  yield `${JSON.stringify(rest).slice(0, -1)},"nodes":[`;
  yield* arrayPieces(nodes);
  yield '],"samples":[';
  yield* arrayPieces(samples ?? []);
  yield '],"timeDeltas":[';
  yield* arrayPieces(timeDeltas ?? []);
  yield ']}';
}

function* arrayPieces(items: readonly unknown[]): Generator<string> {
  for (let from = 0; from < items.length; from += itemsPerPiece) {
    const text = JSON.stringify(items.slice(from, from + itemsPerPiece)).slice(1, -1);
    yield from === 0 ? text : `,${text}`;
  }
}

function post(session: Session, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error: Error | null, result: unknown) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}
