import type {
  Consistency,
  Done,
  KeyValueService,
  NodeStatus,
  ReadResult,
  RequestContext,
  WatchHandle,
  WriteResult,
} from '../../../ports/key-value-service.js';
import { encodeCommand, encodeDelete, encodePut } from '../../../state/command-codec.js';
import { type ApplyResult, StateMachine } from '../../../state/state-machine.js';
import type { Command, CommandResult, Query, QueryResult } from '../../../state/vocabulary.js';

export type Asked = 'put' | 'delete' | 'write' | 'get' | 'query';

/** How a request goes wrong. `applied`: it took effect all the same. */
export interface Failure {
  readonly error: Error;
  readonly applied?: boolean;
}

interface Waiting {
  turns: number;
  run(): void;
}

/**
 * A cluster of one in memory: the real state machine behind the port of the listener. Writes take effect in the order of their arrival, each a
 * number of turns after it; reads see the state of some turn between their arrival and their answer, and overtake each other and writes.
 */
export class MemoryService implements KeyValueService {
  readonly machine = new StateMachine();
  readonly asked: { what: Asked; consistency: Consistency | null; context: RequestContext }[] = [];
  /** Turns of the event loop until a request takes effect, at least 1. */
  turns: () => number = () => 1;
  /** Asked once a request: null lets it through. */
  failing: (what: Asked, count: number) => Failure | null = () => null;
  /** While true nothing takes effect. */
  isHeld = false;
  state: Partial<NodeStatus> = {};
  clockMs = 1;
  readonly #writes: Waiting[] = [];
  readonly #reads = new Set<Waiting>();
  #isPumping = false;
  #index = 0;

  /** Requests that wait. */
  get waiting(): number {
    return this.#writes.length + this.#reads.size;
  }

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#write('put', encodePut(key, value), context, done as Done<ApplyResult | CommandResult>);
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#write('delete', encodeDelete(key), context, done as Done<ApplyResult | CommandResult>);
  }

  write(command: Command, context: RequestContext, done: Done<CommandResult>): void {
    const limits = { valueBytesMax: 1_048_576, sessionsMax: 10, sessionAnswersMax: 10 };
    const data = encodeCommand(command, this.clockMs, limits);
    this.#write('write', data, context, done as Done<ApplyResult | CommandResult>);
  }

  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    this.#read('get', consistency, context, done, () => {
      const found = this.machine.get(key);
      const { appliedIndex } = this.machine;
      if (found === undefined) return { value: null, revision: 0, ttlMs: null, appliedIndex };
      const ttlMs = found.expiresAtMs === 0 ? null : Math.max(1, found.expiresAtMs - this.clockMs);
      return { value: found.value, revision: found.revision, ttlMs, appliedIndex };
    });
  }

  query(query: Query, consistency: Consistency, context: RequestContext, done: Done<QueryResult>): void {
    this.#read('query', consistency, context, done, () => this.machine.query(query, this.clockMs));
  }

  watch(): WatchHandle {
    throw new Error('nobody watches over RESP');
  }

  status(): NodeStatus {
    const { appliedIndex, revision, keyCount, stateBytes } = this.machine;
    const member = { httpUrl: 'http://127.0.0.1:1', host: '127.0.0.1', peerPort: 1, voter: true };
    return {
      id: 1,
      clusterId: 'test',
      role: 'leader',
      term: 3,
      leader: 1,
      commitIndex: appliedIndex,
      appliedIndex,
      lastIndex: appliedIndex,
      firstIndex: 1,
      revision,
      keys: keyCount,
      stateBytes,
      members: [1, 2, 3].map((id) => ({
        ...member,
        id,
        respUrl: `redis://127.0.0.1:${id}`,
        match: null,
        state: null,
      })),
      links: [],
      ready: true,
      draining: false,
      alarms: [],
      ...this.state,
    };
  }

  layers(): unknown {
    return {};
  }

  samples(): unknown {
    return {};
  }

  events(): unknown {
    return {};
  }

  syncs(): unknown {
    return {};
  }

  release(): void {
    this.isHeld = false;
    this.#pump();
  }

  /** Time passes, and the leader ends what is due. */
  pass(milliseconds: number): void {
    this.clockMs += milliseconds;
    const limits = { valueBytesMax: 1, sessionsMax: 1, sessionAnswersMax: 1 };
    this.#apply(encodeCommand({ kind: 'expire-due' }, this.clockMs, limits));
  }

  #write(
    what: Asked,
    data: Uint8Array,
    context: RequestContext,
    done: Done<ApplyResult | CommandResult>,
  ): void {
    const failure = this.#ask(what, null, context);
    this.#writes.push({
      turns: this.turns(),
      run: () => {
        const result = failure === null || failure.applied === true ? this.#apply(data) : null;
        if (failure === null) done(null, result!);
        else done(failure.error, null);
      },
    });
    this.#pump();
  }

  #read<Result>(
    what: Asked,
    consistency: Consistency,
    context: RequestContext,
    done: Done<Result>,
    look: () => Result,
  ): void {
    const failure = this.#ask(what, consistency, context);
    const waiting: Waiting = {
      turns: this.turns(),
      run: () => {
        this.#reads.delete(waiting);
        if (failure !== null) {
          done(failure.error, null);
          return;
        }
        const seen = look();
        const answer: Waiting = {
          turns: this.turns(),
          run: () => {
            this.#reads.delete(answer);
            done(null, seen);
          },
        };
        this.#reads.add(answer);
      },
    };
    this.#reads.add(waiting);
    this.#pump();
  }

  #ask(what: Asked, consistency: Consistency | null, context: RequestContext): Failure | null {
    this.asked.push({ what, consistency, context });
    return this.failing(what, this.asked.length);
  }

  #apply(data: Uint8Array): ApplyResult | CommandResult | null {
    this.#index += 1;
    return this.machine.apply(this.#index, data);
  }

  #pump(): void {
    if (this.#isPumping || this.isHeld) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      if (this.isHeld) return;
      for (const write of this.#writes) write.turns -= 1;
      while (this.#writes.length > 0 && this.#writes[0]!.turns <= 0) this.#writes.shift()!.run();
      for (const read of [...this.#reads]) if (--read.turns <= 0) read.run();
      if (this.waiting > 0) this.#pump();
    });
  }
}
