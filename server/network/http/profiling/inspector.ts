import { Session } from 'node:inspector';
import { StrataError } from '../../../errors.js';
import type { Clock } from '../../../ports/clock.js';

/**
 * The one who profiles this process, through V8's inspector. One profile at a time, of whatever kind: two would measure each other.
 */
export class Inspector {
  readonly #clock: Clock;
  #busy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs `start`, waits, runs `stop` and gives what it gave. The wait ends early when `cancelled` settles.
   * @throws StrataError STRATA_PROFILE_BUSY
   */
  async record<Result>(
    start: (post: Post) => Promise<unknown>,
    stop: (post: Post) => Promise<Result>,
    waitMs: number,
    cancelled: Promise<void>,
  ): Promise<Result> {
    if (this.#busy) throw new StrataError('STRATA_PROFILE_BUSY');
    this.#busy = true;
    const session = new Session();
    const post: Post = (method, params = {}) => call(session, method, params);
    try {
      session.connect();
      await start(post);
      await this.#wait(waitMs, cancelled);
      return await stop(post);
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

export type Post = (method: string, params?: object) => Promise<unknown>;

function call(session: Session, method: string, params: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error: Error | null, result: unknown) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}
