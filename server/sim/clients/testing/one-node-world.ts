import type { Done, KeyValueService } from '../../../ports/key-value-service.js';
import { SimulatedClock } from '../../../runtime/testing/simulated-clock.js';
import { encodeCommand, encodePut } from '../../../state/command-codec.js';
import { StateMachine } from '../../../state/state-machine.js';
import type { Command, CommandResult, Query, QueryResult } from '../../../state/vocabulary.js';
import type { NodeProcess, SimulatedNode, World } from '../../contracts.js';
import { drawPlan } from '../../draw-plan.js';
import type { ClientPlan } from '../../plan.js';
import { Random } from '../../random.js';

const LIMITS = { valueBytesMax: 65_536, sessionsMax: 100, sessionAnswersMax: 10 };

type Answer = (error: Error | null, result: unknown) => void;

/** What a test may do to a request: answer it itself (true), or let it take effect. */
export type Meddling = (kind: 'put' | 'write' | 'get' | 'query', request: unknown, done: Answer) => boolean;

/**
 * A world with one node that is a state machine and nothing else: it is right by itself, and a test makes it lie. Clients see the same as of a
 * cluster.
 */
export class OneNodeWorld implements World {
  readonly plan;
  tick = 0;
  readonly clock = new SimulatedClock();
  readonly machine = new StateMachine();
  readonly lines: string[] = [];
  isHealed = false;
  nodes: readonly SimulatedNode[];
  meddling: Meddling = () => false;

  constructor(clients: Partial<ClientPlan>) {
    const plan = drawPlan(1, 1);
    const faults = { ...plan.faults, clockDrift: 0 };
    this.plan = { ...plan, founders: [1], faults, clients: { ...plan.clients, ...QUIET, ...clients } };
    const membership = { voters: new Set([1]), votersOutgoing: new Set(), learners: new Set() };
    const raw = { role: 'leader', term: 1, membership };
    const process = { runtime: this.#service(), raw, clock: this.clock } as unknown as NodeProcess;
    this.nodes = [{ id: 1, life: 1, process, isPaused: false, isBroken: false, disk: null as never }];
  }

  fork(name: string): Random {
    return new Random(name.length + name.charCodeAt(name.length - 1));
  }

  trace(line: string): void {
    this.lines.push(line);
  }

  pass(ms: number): void {
    this.clock.advance(ms);
    this.tick += ms;
  }

  #service(): KeyValueService {
    const after = <Result>(
      kind: Parameters<Meddling>[0],
      request: unknown,
      done: Done<Result>,
      result: () => Result,
    ) =>
      this.clock.after(0.1, () => {
        if (!this.meddling(kind, request, done as Answer)) done(null, result());
      });
    const service: Pick<KeyValueService, 'put' | 'write' | 'get' | 'query'> = {
      put: (key, value, _context, done) =>
        after('put', { key, value }, done, () => this.apply(encodePut(key, value)) as never),
      write: (command, _context, done) => after('write', command, done, () => this.write(command)),
      get: (key, _consistency, _context, done) =>
        after('get', key, done, () => {
          const { appliedIndex } = this.machine;
          const found = this.machine.get(key);
          if (found === undefined) return { value: null, revision: 0, ttlMs: null, appliedIndex };
          const { value, revision, expiresAtMs } = found;
          return { value, revision, ttlMs: expiresAtMs === 0 ? null : 1, appliedIndex };
        }),
      query: (query, _consistency, _context, done) => after('query', query, done, () => this.query(query)),
    };
    return service as KeyValueService;
  }

  apply(data: Uint8Array) {
    return this.machine.apply(this.machine.appliedIndex + 1, data);
  }

  write(command: Command): CommandResult {
    const nowMs = Math.floor(this.clock.nowNs() / 1e6);
    this.apply(encodeCommand({ kind: 'expire-due' }, nowMs, LIMITS));
    return this.apply(encodeCommand(command, nowMs, LIMITS)) as CommandResult;
  }

  query(query: Query): QueryResult {
    return this.machine.query(query, 0);
  }
}

/** Puts only, unless a test says what else. */
const QUIET: ClientPlan = {
  count: 2,
  keys: 2,
  thinkMsMean: 1,
  timeoutMs: 50,
  reads: 0,
  leaseReads: 0,
  compareAndSets: 0,
  increments: 0,
  expiring: 0,
  transactions: 0,
};
