import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

/** What one look at the counters says. */
export interface Look {
  /** Characters of the project's own code that were never executed before. */
  readonly newCharacters: number;
  /** Name of a function with new ground, for the name of the input that reached it. */
  readonly newIn: string | null;
  /** Executions of blocks, in packages too. */
  readonly steps: number;
}

const ROOMS = /\/(server|results|profiles|analysis|loadgen|scripts)\//;
const OWN = /\/scripts\/fuzz\/(engine|targets)\//;
const COUNTED_IN_ENGINE = /\/scripts\/fuzz\/targets\/canary\./;

/**
 * V8's precise coverage by block. Only code that is compiled after `start` is instrumented: start first, import then. A look costs about half a
 * millisecond and the counters themselves next to nothing, so many inputs share a look.
 */
export class Coverage {
  readonly #session = new Session();
  /** By script and range of each function that was ever reported: which of its characters were executed. One of its own for each, or a function
   * that was called would seem to execute those that it merely makes. */
  readonly #scripts = new Map<string, Map<number, Uint8Array>>();

  start(): void {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** What was executed since the last look. `compare`: new ground stays new, so that a later look finds it again. */
  look(mode: 'mark' | 'compare' = 'mark'): Look {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    let newCharacters = 0;
    let newIn: string | null = null;
    let steps = 0;
    for (const { url, functions } of result) {
      if (!url.startsWith('file:') || (OWN.test(url) && !COUNTED_IN_ENGINE.test(url))) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
      if (!ROOMS.test(url) || url.includes('/node_modules/')) continue;
      for (const { functionName, ranges } of functions) {
        const found = this.#paint(url, ranges, mode === 'mark');
        if (found > 0 && functionName !== '') newIn ??= functionName;
        newCharacters += found;
      }
    }
    return { newCharacters, newIn, steps };
  }

  /** Sets the counters back. */
  forget(): void {
    this.#post('Profiler.takePreciseCoverage');
  }

  /** All ground is new again. */
  clear(): void {
    this.#scripts.clear();
    this.forget();
  }

  /** Executed and seen characters of the modules whose path ends so. */
  of(sources: readonly string[]): { readonly executed: number; readonly seen: number } {
    let executed = 0;
    let seen = 0;
    for (const [url, functions] of this.#scripts) {
      const path = fileURLToPath(url);
      if (!sources.some((source) => path.endsWith(`/${source}.js`))) continue;
      for (const marks of functions.values()) {
        seen += marks.length;
        for (const mark of marks) executed += mark;
      }
    }
    return { executed, seen };
  }

  /** Outer ranges come first; an inner one says where the count is another. */
  #paint(url: string, ranges: readonly Profiler.CoverageRange[], isMarking: boolean): number {
    const { startOffset, endOffset } = ranges[0]!;
    // The module itself, which is executed by its import.
    if (startOffset === 0) return 0;
    const marks = this.#marks(url, startOffset, endOffset);
    if (ranges.length === 1 && ranges[0]!.count === 0) return 0;
    const now = scratchOf(marks.length);
    for (const range of ranges)
      now.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset);
    let found = 0;
    for (let at = 0; at < marks.length; at++) {
      if (now[at] === 0 || marks[at] === 1) continue;
      if (isMarking) marks[at] = 1;
      found++;
    }
    return found;
  }

  #marks(url: string, startOffset: number, endOffset: number): Uint8Array {
    const functions = this.#scripts.get(url) ?? new Map<number, Uint8Array>();
    this.#scripts.set(url, functions);
    const key = startOffset * 2 ** 24 + endOffset;
    const marks = functions.get(key) ?? new Uint8Array(endOffset - startOffset);
    functions.set(key, marks);
    return marks;
  }

  #post(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    let failure: Error | null = null;
    // Of a session in the same thread the answer is there when the call returns.
    this.#session.post(method, parameters, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure !== null) throw failure;
    return answer;
  }
}

let scratch = new Uint8Array(4_096);

function scratchOf(length: number): Uint8Array {
  if (scratch.length < length) scratch = new Uint8Array(2 * length);
  return scratch;
}
