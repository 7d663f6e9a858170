/** One system call as the log of strace tells it; times are those of the tracer, which include its own two stops. */
export interface TracedCall {
  readonly tid: number;
  readonly name: string;
  /** The arguments as printed, without the brackets. */
  readonly args: string;
  /** CLOCK_REALTIME at the entry, whole microseconds. */
  readonly startUs: number;
  /** Wall time inside the call; null when it had not returned when the tracing ended. */
  readonly durationUs: number | null;
  /** The result as printed without its error text: `0`, `77`, `21<socket:[9]>`, `-1 EAGAIN`; empty when it did not return. */
  readonly result: string;
  readonly failed: boolean;
}

interface OpenCall {
  readonly name: string;
  readonly args: string;
  readonly startUs: number;
}

/** What was left out of the log, and why. */
export interface LogGaps {
  /** Lines that are neither a call, nor a signal, nor an exit; the torn last line is one. */
  readonly unreadable: number;
  /** Ends of calls whose begin is not in the log. */
  readonly orphans: number;
}

const LINE = /^(\d{1,10}) +(\d{1,12})\.(\d{6}) (.*)$/;
const CALL = /^([a-z_]\w{0,63})\((.*)$/;
const RESUMED = /^<\.\.\. ([a-z_]\w{0,63}) resumed>(.*)$/;
/** `<detached ...>`: the tracer left while the call was under way. */
const UNFINISHED = / ?<(?:unfinished|detached) \.\.\.>$/;
const DURATION = / <(\d{1,9})\.(\d{6})>$/;
const RESULT_MARK = ') = ';
/** Threads with a call under way; more than the kernel allows a process by default. */
const OPEN_CALLS_MAX = 65_536;

/**
 * Reads the lines of `strace -f -ttt -T -a 1 -o FILE` one after the other and gives each call when it returns: the two halves of a call that another
 * thread's line came between are joined per thread. Signals and exits are skipped; a restarted call is the call `restart_syscall`, as strace's
 * own table counts it. Never fails: what it cannot read is counted.
 */
export class StraceLog {
  readonly #open = new Map<number, OpenCall>();
  readonly #onCall: (call: TracedCall) => void;
  #unreadable = 0;
  #orphans = 0;

  constructor(onCall: (call: TracedCall) => void) {
    this.#onCall = onCall;
  }

  get gaps(): LogGaps {
    return { unreadable: this.#unreadable, orphans: this.#orphans };
  }

  /** One line without its line feed. False when it is none of the log's. */
  line(text: string): boolean {
    const match = LINE.exec(text);
    if (match === null) {
      if (text !== '') this.#unreadable += 1;
      return text === '';
    }
    const tid = Number(match[1]);
    const atUs = Number(match[2]) * 1_000_000 + Number(match[3]);
    const rest = match[4]!;
    const understood = this.#event(tid, atUs, rest);
    if (!understood) this.#unreadable += 1;
    return understood;
  }

  /** Gives the calls that were still under way when the tracing ended. */
  end(): void {
    for (const [tid, call] of this.#open) {
      this.#onCall({ tid, ...call, durationUs: null, result: '', failed: false });
    }
    this.#open.clear();
  }

  #event(tid: number, atUs: number, rest: string): boolean {
    if (rest.startsWith('--- ')) return true;
    if (rest.startsWith('+++ ')) {
      this.#open.delete(tid);
      return true;
    }
    const resumed = RESUMED.exec(rest);
    if (resumed !== null) return this.#resume(tid, resumed[1]!, resumed[2]!);
    const call = CALL.exec(rest);
    if (call === null) return false;
    const [, name, tail] = call as unknown as [string, string, string];
    if (UNFINISHED.test(tail))
      return this.#begin(tid, { name, args: tail.replace(UNFINISHED, ''), startUs: atUs });
    return this.#finish(tid, { name, args: '', startUs: atUs }, tail);
  }

  #begin(tid: number, call: OpenCall): boolean {
    if (this.#open.size >= OPEN_CALLS_MAX && !this.#open.has(tid)) return false;
    this.#open.set(tid, call);
    return true;
  }

  #resume(tid: number, name: string, tail: string): boolean {
    const begun = this.#open.get(tid);
    this.#open.delete(tid);
    if (begun?.name !== name) {
      this.#orphans += 1;
      return true;
    }
    if (UNFINISHED.test(tail)) return this.#begin(tid, begun);
    return this.#finish(tid, begun, tail);
  }

  #finish(tid: number, { name, args, startUs }: OpenCall, tail: string): boolean {
    const mark = tail.lastIndexOf(RESULT_MARK);
    if (mark < 0) return false;
    const resultText = tail.slice(mark + RESULT_MARK.length);
    const duration = DURATION.exec(resultText);
    // `exit(0) = ?` never returns; a killed call has no duration either.
    if (duration === null) return resultText.startsWith('?');
    const result = resultText.slice(0, duration.index).replace(/ \(.*$/, '');
    this.#onCall({
      tid,
      name,
      args: args + tail.slice(0, mark),
      startUs,
      durationUs: Number(duration[1]) * 1_000_000 + Number(duration[2]),
      result,
      failed: /^(-1|\?) E/.test(result),
    });
    return true;
  }
}
