import { type ChildProcess, fork } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Percentiles } from '../../results/schema/index.js';
import { exactPercentiles } from '../percentiles.js';

export interface LoopbackPlan {
  readonly repeats: number;
  /** Ends early, after at least one repeat. */
  readonly limitMs: number;
}

const PEER = fileURLToPath(new URL('./loopback-peer.js', import.meta.url));
const START_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 5_000;
const WARM_UP_REPEATS = 100;

/** Microseconds of one byte there and back over TCP on 127.0.0.1, between this process and a child, without Nagle's delay. */
export async function measureLoopback(plan: LoopbackPlan): Promise<z.infer<typeof Percentiles>> {
  // The options of this process (an inspector port, a profiler) must not reach the child.
  const peer = fork(PEER, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    const port = await portOf(peer);
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    try {
      return exactPercentiles(await roundTrips(socket, plan));
    } finally {
      socket.destroy();
    }
  } finally {
    peer.kill('SIGKILL');
  }
}

function portOf(peer: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the loopback peer said nothing within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    peer.once('error', fail);
    peer.once('exit', (code) => fail(new Error(`the loopback peer ended with code ${code}`)));
    peer.once('message', (message) => {
      clearTimeout(timer);
      resolve((message as { port: number }).port);
    });
  });
}

function roundTrips(socket: Socket, plan: LoopbackPlan): Promise<Float64Array> {
  const byte = Buffer.from([1]);
  const latenciesUs = new Float64Array(plan.repeats);
  return new Promise((resolve, reject) => {
    let turn = 0;
    let count = 0;
    let deadlineNs = 0n;
    let sentNs = 0n;
    const send = (): void => {
      sentNs = process.hrtime.bigint();
      socket.write(byte);
    };
    socket.setTimeout(SILENCE_TIMEOUT_MS, () => reject(new Error('the loopback peer fell silent')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the loopback peer closed the connection')));
    socket.once('connect', () => {
      deadlineNs = process.hrtime.bigint() + BigInt(Math.round(plan.limitMs * 1e6));
      send();
    });
    socket.on('data', () => {
      const receivedNs = process.hrtime.bigint();
      if (turn >= WARM_UP_REPEATS) latenciesUs[count++] = Number(receivedNs - sentNs) / 1_000;
      turn += 1;
      const done = count === plan.repeats || (receivedNs > deadlineNs && count > 0);
      if (done) resolve(latenciesUs.subarray(0, count));
      else send();
    });
  });
}
