import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { CliError } from './cli-error.js';

/**
 * Below the range from which the kernel draws the ports of outgoing connections (32768 and up): a node that is killed and
 * started again must find its port free, and thousands of the generator's connections would take it.
 */
const PORT_MIN = 20_000;
const SLICES = 8;
const SLICE_PORTS = 1_500;
/** Each process draws from a slice: two side by side, whose nodes are down for a moment, seldom take each other's ports. */
const SLICE_MIN = PORT_MIN + (process.pid % SLICES) * SLICE_PORTS;
const SLICE_MAX = SLICE_MIN + SLICE_PORTS;
const ATTEMPTS_MAX = 500;

/** Distinct ports on the host that nobody listens on at the moment. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempt = 0; ports.size < count; attempt++) {
    if (attempt === ATTEMPTS_MAX)
      throw new CliError(
        'STRATA_NO_FREE_PORT',
        `No ${count} free ports between ${SLICE_MIN} and ${SLICE_MAX}.`,
      );
    const port = randomInt(SLICE_MIN, SLICE_MAX);
    if (!ports.has(port) && (await isFree(port, host))) ports.add(port);
  }
  return [...ports];
}

/** The first of `count` ports in a row that are free, for commands that count up from a port. */
export async function freePortRow(count: number, host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const first = randomInt(SLICE_MIN, SLICE_MAX - count);
    const row = Array.from({ length: count }, (_, offset) => first + offset);
    if ((await Promise.all(row.map((port) => isFree(port, host)))).every(Boolean)) return first;
  }
  throw new CliError(
    'STRATA_NO_FREE_PORT',
    `No ${count} free ports in a row from ${SLICE_MIN} to ${SLICE_MAX}.`,
  );
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
