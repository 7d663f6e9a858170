import type { SyscallCapture } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { integer, micros, percent } from '../tables/format.js';
import { isWaiting } from './syscalls.js';

/** The cheapest call of a trace that was made often enough for its mean to mean something: what a tracer adds to every call is at most that. */
export interface TracerFloor {
  readonly syscall: string;
  readonly us: number;
  /** Calls that work, of all kinds. */
  readonly calls: number;
  /** What so many calls of that length come to, of the working time. */
  readonly share: number;
}

/** Below this a mean is that of a few calls: the tracer stopped three calls of `getpid` for longer than it stops a `writev`. */
const CALLS_MIN = 50;
/** A call that does next to nothing takes about a microsecond: what takes less than this a call is no tracer's cost worth a word. */
const FLOOR_MIN_US = 10;
/** From here on shares of the working time say how often something was called, not how long it took. */
const MOSTLY = 0.5;
/** Up to here they say how long it took. */
const HARDLY = 0.1;

/** Null where no call that works was made often. */
export function tracerFloor({ rows }: SyscallCapture): TracerFloor | null {
  const working = rows.filter(({ syscall }) => !isWaiting(syscall));
  const seconds = working.reduce((total, row) => total + row.seconds, 0);
  const calls = working.reduce((total, row) => total + row.calls, 0);
  const cheapest = working
    .filter((row) => row.calls >= CALLS_MIN)
    .map((row) => ({ syscall: row.syscall, us: (row.seconds / row.calls) * 1e6 }))
    .reduce<{ syscall: string; us: number } | null>(
      (best, next) => (best === null || next.us < best.us ? next : best),
      null,
    );
  if (cheapest === null || seconds === 0) return null;
  return { ...cheapest, calls, share: Math.min(1, (calls * cheapest.us) / 1e6 / seconds) };
}

/** True where shares of the working time are mostly the cost of the tracer times the number of calls. */
export function isMostlyTracer(floor: TracerFloor | null): boolean {
  return floor !== null && floor.us >= FLOOR_MIN_US && floor.share > MOSTLY;
}

/** Why a share of such a trace decides nothing; absent where it may. */
export function undecidedByTracer(capture: SyscallCapture): { readonly undecidedBecause?: string } {
  const floor = tracerFloor(capture);
  if (floor === null || !isMostlyTracer(floor)) return {};
  return {
    undecidedBecause: t`up to ${percent(floor.share)} of the time of working system calls is the tracer's own (${integer(floor.calls)} calls, of which the cheapest kind takes ${micros(floor.us)}), so the share follows the number of calls`,
  };
}

/** One line under a table of calls. */
export function floorLine(capture: SyscallCapture): string {
  const floor = tracerFloor(capture);
  if (floor === null)
    return t`No call that works was made often enough to tell what the tracer adds to each.`;
  const { syscall, us, calls, share } = floor;
  const meaning = isMostlyTracer(floor)
    ? t`the shares follow the number of calls, and decide no KPI`
    : share > HARDLY
      ? t`the shares lean towards what is called often`
      : t`the shares are hardly touched by it`;
  return t`The tracer's floor: the cheapest frequent call, \`${syscall}\`, takes ${micros(us)} on average, and up to that much of every call is the tracer's. For ${integer(calls)} working calls that is up to ${percent(share)} of the working time: ${meaning}.`;
}
