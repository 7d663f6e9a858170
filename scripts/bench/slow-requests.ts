/**
 * Makes a server slower by a known amount, for benches that must find it: `NODE_OPTIONS='--import …/dist/scripts/bench/slow-requests.js'` with
 * `STRATA_SLOW_REQUESTS_US` burns so many microseconds of CPU at the start of every HTTP request that a process serves. No switch of the server knows of it: Node
 * tells its observers of each request, and this observer takes its time. Without the variable it does nothing.
 */
import { subscribe } from 'node:diagnostics_channel';

const MICROSECONDS_MAX = 100_000;
const microseconds = Number(process.env.STRATA_SLOW_REQUESTS_US ?? 0);
if (!(microseconds >= 0 && microseconds <= MICROSECONDS_MAX))
  throw new RangeError(
    `STRATA_SLOW_REQUESTS_US is 0 to ${MICROSECONDS_MAX}, not ${process.env.STRATA_SLOW_REQUESTS_US}`,
  );

if (microseconds > 0) {
  const nanoseconds = BigInt(Math.round(microseconds * 1e3));
  subscribe('http.server.request.start', () => {
    const end = process.hrtime.bigint() + nanoseconds;
    while (process.hrtime.bigint() < end);
  });
}
