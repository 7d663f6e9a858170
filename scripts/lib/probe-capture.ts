import { mkdirSync } from 'node:fs';
import type { Probe, ProbeSession, ProbeTarget } from '../../profiles/probe.js';

/** Attaching takes seconds on a machine under load; a probe that needs longer is stuck. */
const START_LIMIT_MS = 60_000;
/** After the planned time: large captures are read and attributed in here. */
const STOP_LIMIT_MS = 180_000;

/**
 * One probe at work on one or more processes. Nothing in here rejects: what fails, or does not come back in time, is a sentence in `failures`, and
 * the others go on. Whatever was started is stopped, even when it started too late.
 */
export class ProbeCapture {
  readonly probe: Probe;
  readonly #directory: string;
  readonly #sessions: { readonly of: string; readonly session: ProbeSession }[] = [];
  readonly #captures: string[] = [];
  readonly #failures: string[] = [];
  #starting: Promise<unknown> = Promise.resolve();

  /** The folder of the pass is made when it is missing. */
  constructor(probe: Probe, directory: string) {
    this.probe = probe;
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Names of the parsed documents, relative to the folder of the pass, ascending. */
  get captures(): readonly string[] {
    return [...this.#captures].sort();
  }

  /** Null when nothing failed. */
  get failed(): string | null {
    return this.#failures.length === 0 ? null : [...new Set(this.#failures)].join('; ');
  }

  get isRunning(): boolean {
    return this.#sessions.length > 0;
  }

  fail(sentence: string): void {
    this.#failures.push(sentence);
  }

  /** Attaches to all targets at once. `seconds` is the planned length of the capture. */
  async start(targets: readonly ProbeTarget[], seconds: number): Promise<void> {
    const starting = targets.map((target) => {
      const of = targets.length > 1 ? `node ${target.node}: ` : '';
      return this.#attach(target, of, seconds);
    });
    this.#starting = Promise.all(starting);
    await this.#starting;
  }

  async #attach(target: ProbeTarget, of: string, seconds: number): Promise<void> {
    let abandoned = false;
    try {
      const starting = this.probe.start(target, this.#directory, { seconds });
      starting.then(
        (session) => {
          // Nobody waits for it any more, and it must not stay attached.
          if (abandoned) session.stop().catch(() => undefined);
        },
        () => undefined,
      );
      this.#sessions.push({ of, session: await inTime(starting, START_LIMIT_MS, 'did not start') });
    } catch (error) {
      abandoned = true;
      this.fail(of + sentenceOf(error));
    }
  }

  /** Detaches from all targets and writes what they gave. What is just being attached is waited for first. */
  async stop(limitMs: number = STOP_LIMIT_MS): Promise<void> {
    await this.#starting;
    const sessions = this.#sessions.splice(0);
    await Promise.all(
      sessions.map(async ({ of, session }) => {
        try {
          this.#captures.push(await inTime(session.stop(), limitMs, 'did not end'));
        } catch (error) {
          this.fail(of + sentenceOf(error));
        }
      }),
    );
  }
}

async function inTime<Value>(promise: Promise<Value>, limitMs: number, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the probe ${what} within ${limitMs / 1_000} s`)), limitMs);
  });
  // Whichever loses the race may still reject, with nobody left to hear it.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
