import type { Agent, Builtin } from './agent.js';

export interface AtomicsWaitOptions {
  readonly callersMax: number;
  readonly framesMax: number;
}

/** Like a call frame of V8: the line is zero-based. */
export interface WaitFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

export interface AtomicsWaitFindings {
  readonly waits: number;
  readonly waitMs: number;
  readonly longestMs: number;
  /** By stack, leaf first. An empty stack has those beyond the limit. */
  readonly callers: { readonly frames: WaitFrame[]; count: number; waitMs: number }[];
}

/**
 * Times every `Atomics.wait` of the main thread by standing in for it. Code that took the function out of `Atomics` before is not seen. A call that
 * finds another value does not wait and is not counted. The stack is read after the wait and is not timed.
 */
export function atomicsWaitAgent(
  _builtin: Builtin,
  { callersMax, framesMax }: AtomicsWaitOptions,
): Agent<AtomicsWaitFindings> {
  const original = Object.getOwnPropertyDescriptor(Atomics, 'wait')!;
  const callers = new Map<string, AtomicsWaitFindings['callers'][number]>();
  let waits = 0;
  let waitMs = 0;
  let longestMs = 0;
  let isStopped = false;
  const stackOf = (above: object): WaitFrame[] => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = framesMax;
      Error.prepareStackTrace = (_error, sites) => sites;
      const holder: { stack?: NodeJS.CallSite[] } = {};
      Error.captureStackTrace(holder, above as () => void);
      return (holder.stack ?? []).map((site) => ({
        functionName: site.getFunctionName() ?? '',
        url: site.getFileName() ?? '',
        lineNumber: (site.getLineNumber() ?? 0) - 1,
      }));
    } catch {
      return [];
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Error.prepareStackTrace = prepareStackTrace;
    }
  };
  const count = (ms: number): void => {
    waits += 1;
    waitMs += ms;
    longestMs = Math.max(longestMs, ms);
    let frames = stackOf(wait);
    let key = JSON.stringify(frames);
    if (callers.size >= callersMax && !callers.has(key)) {
      frames = [];
      key = '[]';
    }
    const caller = callers.get(key) ?? { frames, count: 0, waitMs: 0 };
    caller.count += 1;
    caller.waitMs += ms;
    callers.set(key, caller);
  };
  const wait = (...args: Parameters<typeof Atomics.wait>): ReturnType<typeof Atomics.wait> => {
    const beginNs = process.hrtime.bigint();
    const outcome = original.value.apply(Atomics, args) as ReturnType<typeof Atomics.wait>;
    if (!isStopped && outcome !== 'not-equal') count(Number(process.hrtime.bigint() - beginNs) / 1e6);
    return outcome;
  };
  Object.defineProperty(Atomics, 'wait', { ...original, value: wait });
  return {
    stop: () => {
      isStopped = true;
      // Somebody may have wrapped it again meanwhile: theirs stays and goes through ours, which then only passes on.
      if (Atomics.wait === wait) Object.defineProperty(Atomics, 'wait', original);
      return { waits, waitMs, longestMs, callers: [...callers.values()] };
    },
  };
}
