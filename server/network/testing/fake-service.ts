import { StrataError } from '../../errors.js';
import type {
  Consistency,
  Done,
  KeyValueService,
  NodeStatus,
  ReadResult,
  RequestContext,
  WatchHandle,
  WatchObserver,
  WatchRequest,
  WriteResult,
} from '../../ports/key-value-service.js';
import { encodeCommand, encodeDelete, encodePut } from '../../state/command-codec.js';
import { type ApplyResult, StateMachine } from '../../state/state-machine.js';
import type { ChangeEvent, Command, CommandResult, Query, QueryResult } from '../../state/vocabulary.js';

type Call = {
  op: 'put' | 'get' | 'delete' | 'write' | 'query';
  /** Empty for `write` and `query`. */
  key: Buffer;
  value: Buffer | null;
  command: Command | null;
  query: Query | null;
  consistency: Consistency | null;
  context: RequestContext;
};

const none = { key: Buffer.alloc(0), value: null, command: null, query: null, consistency: null };
const limits = { valueBytesMax: 65_536, sessionsMax: 100, sessionAnswersMax: 2 };

/** The real state machine behind the port of the network, without a log or other nodes. Answers on a later turn, as the port promises. */
export class FakeService implements KeyValueService {
  readonly calls: Call[] = [];
  /** When set, every operation ends with it. */
  failure: Error | null = null;
  /** When set, operations throw it: what no service should do. */
  crash: Error | null = null;
  /** While true, operations wait for `release()`. */
  hold = false;
  /** Cluster time. */
  nowMs = 1_000_000;
  state: Partial<NodeStatus> = {};
  /** Watches begun and not cancelled or closed. */
  readonly watches = new Set<FakeWatch>();
  watchesMax = 100;
  readonly #machine = new StateMachine();
  readonly #history: ChangeEvent[] = [];
  readonly #held: (() => void)[] = [];

  constructor() {
    this.#machine.collectsEvents = true;
  }

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    const bytes = Buffer.from(value);
    const call: Call = { ...none, op: 'put', key: Buffer.from(key), value: bytes, context };
    this.#call(call, done, () => this.#apply(encodePut(call.key, bytes)) as ApplyResult);
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    const call: Call = { ...none, op: 'delete', key: Buffer.from(key), context };
    this.#call(call, done, () => this.#apply(encodeDelete(call.key)) as ApplyResult);
  }

  write(command: Command, context: RequestContext, done: Done<CommandResult>): void {
    this.#call({ ...none, op: 'write', command, context }, done, () => {
      const result = this.#apply(encodeCommand(command, this.nowMs, limits)) as CommandResult;
      if (result.sessionFault === null) return result;
      const { session, sequence } = (command as Extract<Command, { kind: 'batch' }>).session!;
      throw result.sessionFault === 'expired'
        ? new StrataError('STRATA_SESSION_EXPIRED', { session })
        : new StrataError('STRATA_SESSION_STALE', { session, sequence });
    });
  }

  get(key: Uint8Array, consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    const call: Call = { ...none, op: 'get', key: Buffer.from(key), consistency, context };
    this.#call(call, done, () => {
      const found = this.#machine.get(call.key);
      const { appliedIndex } = this.#machine;
      if (found === undefined) return { value: null, revision: 0, ttlMs: null, appliedIndex };
      const { value, revision, expiresAtMs } = found;
      return { value, revision, ttlMs: expiresAtMs === 0 ? null : expiresAtMs - this.nowMs, appliedIndex };
    });
  }

  query(query: Query, consistency: Consistency, context: RequestContext, done: Done<QueryResult>): void {
    this.#call({ ...none, op: 'query', query, consistency, context }, done, () =>
      this.#machine.query(query, this.nowMs),
    );
  }

  watch(request: WatchRequest, observer: WatchObserver): WatchHandle {
    const { revision } = this.#machine;
    const { fromRevision } = request;
    if (this.watches.size >= this.watchesMax) {
      throw new StrataError('STRATA_WATCHES_TOO_MANY', { limit: this.watchesMax });
    }
    if (fromRevision > revision + 1) {
      throw new StrataError('STRATA_REVISION_FUTURE', { actual: fromRevision, revision });
    }
    const watch = new FakeWatch(request, observer, revision, () => this.watches.delete(watch));
    this.watches.add(watch);
    if (fromRevision !== 0) {
      const events = this.#history.filter((event) => event.revision >= fromRevision);
      setImmediate(() => watch.tell(events));
    }
    return watch;
  }

  status(): NodeStatus {
    const { appliedIndex, revision, keyCount, stateBytes } = this.#machine;
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
      members: [],
      links: [],
      ready: true,
      draining: false,
      alarms: [],
      ...this.state,
    };
  }

  layers(): unknown {
    return { schema: 'strata.layers/1' };
  }

  samples(since: number): unknown {
    return { schema: 'strata.samples/1', next: since };
  }

  events(since: number): unknown {
    return { schema: 'strata.events/1', next: since };
  }

  syncs(since: number): unknown {
    return { schema: 'strata.syncs/1', next: since };
  }

  release(): void {
    for (const task of this.#held.splice(0)) task();
  }

  #apply(data: Uint8Array): ApplyResult | CommandResult | null {
    const result = this.#machine.apply(this.#machine.appliedIndex + 1, data);
    const events = this.#machine.takeEvents();
    this.#history.push(...events);
    for (const watch of this.watches) watch.tell(events);
    return result;
  }

  #call<Result>(call: Call, done: Done<Result>, run: () => Result): void {
    if (this.crash !== null) throw this.crash;
    this.calls.push(call);
    const finish = (): void => {
      let result: Result;
      try {
        if (this.failure !== null) throw this.failure;
        result = run();
      } catch (error) {
        done(error as Error, null);
        return;
      }
      done(null, result);
    };
    if (this.hold) this.#held.push(finish);
    else setImmediate(finish);
  }
}

/** A watch as the service has it: what was kept back, and what was asked of it. */
export class FakeWatch implements WatchHandle {
  readonly revision: number;
  readonly observer: WatchObserver;
  /** Answers of `onEvents`. */
  readonly answers: boolean[] = [];
  resumes = 0;
  readonly #request: WatchRequest;
  readonly #onEnd: () => void;
  #backlog: ChangeEvent[] = [];
  #isPaused = false;

  constructor(request: WatchRequest, observer: WatchObserver, revision: number, onEnd: () => void) {
    this.#request = request;
    this.observer = observer;
    this.revision = revision;
    this.#onEnd = onEnd;
  }

  get backlog(): number {
    return this.#backlog.length;
  }

  tell(events: readonly ChangeEvent[]): void {
    const { start, end } = this.#request;
    const mine = events.filter(
      ({ key }) => Buffer.compare(key, start) >= 0 && (end === null || Buffer.compare(key, end) < 0),
    );
    this.#backlog.push(...mine);
    this.#hand();
  }

  resume(): void {
    this.resumes += 1;
    this.#isPaused = false;
    this.#hand();
  }

  cancel(): void {
    this.#onEnd();
  }

  close(error: Error): void {
    this.#onEnd();
    this.observer.onClose(error);
  }

  #hand(): void {
    if (this.#isPaused || this.#backlog.length === 0) return;
    const events = this.#backlog;
    this.#backlog = [];
    const more = this.observer.onEvents(events);
    this.answers.push(more);
    this.#isPaused = !more;
  }
}
