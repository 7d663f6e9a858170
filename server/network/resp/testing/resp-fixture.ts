import type { Limits } from '../../limits.js';
import { openToAll } from '../../security/authenticator.js';
import { MemoryMetrics } from '../../testing/memory-metrics.js';
import { realClock } from '../../testing/real-clock.js';
import { testLimits } from '../../testing/test-limits.js';
import { createRespServer, type RespServer, type RespServerOptions } from '../resp-server.js';
import { MemoryService } from './memory-service.js';
import { type Argument, plain, RespClient } from './resp-client.js';

/** A listener before a store in memory. */
export class RespFixture {
  readonly service = new MemoryService();
  readonly metrics = new MemoryMetrics();
  readonly logged: { fields: Record<string, unknown>; message: string }[] = [];
  readonly server: RespServer;
  readonly limits: Limits;
  readonly #clients: RespClient[] = [];
  port = 0;

  constructor(limits: Partial<Limits> = {}, options: Partial<RespServerOptions> = {}) {
    const keep = (fields: Record<string, unknown>, message: string): void => {
      this.logged.push({ fields, message });
    };
    this.limits = testLimits({ requestsInFlightMax: 10_000, pipelineMax: 1_000, ...limits });
    this.server = createRespServer({
      service: this.service,
      host: '127.0.0.1',
      port: 0,
      limits: this.limits,
      auth: openToAll,
      tls: null,
      clock: realClock,
      metrics: this.metrics,
      log: { debug: keep, info: keep, warn: keep, error: keep },
      sweepIntervalMs: 20,
      info: { version: '0.1.0', fsync: 'group' },
      ...options,
    });
  }

  async start(): Promise<this> {
    this.port = (await this.server.listen()).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.service.release();
    await this.server.close();
  }

  async client(): Promise<RespClient> {
    const client = await RespClient.open(this.port);
    this.#clients.push(client);
    return client;
  }
}

/** Runs a transcript: commands in text, words between blanks, each with the answer it must have. Gives the answers. */
export async function transcript(
  client: RespClient,
  lines: readonly (readonly [string, unknown])[],
): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [line] of lines) {
    const words: Argument[] = line.split(' ').map((word) => (word === "''" ? '' : word));
    answers.push(plain(await client.call(...words)));
  }
  return answers;
}
