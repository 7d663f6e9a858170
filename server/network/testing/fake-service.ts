import type {
  Consistency,
  Done,
  KeyValueService,
  NodeStatus,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';

type Call = { op: 'put' | 'get' | 'delete'; key: Buffer; value: Buffer | null; context: RequestContext };

/** A store in memory behind the port of the HTTP server. Answers on a later turn, as the port promises. */
export class FakeService implements KeyValueService {
  readonly calls: Call[] = [];
  /** When set, every operation ends with it. */
  failure: Error | null = null;
  /** When set, operations throw it: what no service should do. */
  crash: Error | null = null;
  /** While true, operations wait for `release()`. */
  hold = false;
  state: Partial<NodeStatus> = {};
  readonly #values = new Map<string, { value: Buffer; revision: number }>();
  readonly #held: (() => void)[] = [];
  #revision = 0;

  put(key: Uint8Array, value: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#call('put', key, value, context, done, () => {
      const id = Buffer.from(key).toString('hex');
      const changed = !this.#values.has(id);
      this.#revision += 1;
      this.#values.set(id, { value: Buffer.from(value), revision: this.#revision });
      return { revision: this.#revision, changed };
    });
  }

  delete(key: Uint8Array, context: RequestContext, done: Done<WriteResult>): void {
    this.#call('delete', key, null, context, done, () => {
      this.#revision += 1;
      const changed = this.#values.delete(Buffer.from(key).toString('hex'));
      return { revision: this.#revision, changed };
    });
  }

  get(key: Uint8Array, _consistency: Consistency, context: RequestContext, done: Done<ReadResult>): void {
    this.#call('get', key, null, context, done, () => {
      return this.#values.get(Buffer.from(key).toString('hex')) ?? { value: null, revision: 0 };
    });
  }

  status(): NodeStatus {
    return {
      id: 1,
      clusterId: 'test',
      role: 'leader',
      term: 3,
      leader: 1,
      commitIndex: 5,
      appliedIndex: 5,
      lastIndex: 5,
      members: [{ id: 1, httpUrl: 'http://127.0.0.1:1', voter: true }],
      links: [],
      ready: true,
      draining: false,
      ...this.state,
    };
  }

  layers(): unknown {
    return { schema: 'strata.layers/1' };
  }

  samples(since: number): unknown {
    return { schema: 'strata.samples/1', next: since };
  }

  release(): void {
    for (const task of this.#held.splice(0)) task();
  }

  #call<Result>(
    op: Call['op'],
    key: Uint8Array,
    value: Uint8Array | null,
    context: RequestContext,
    done: Done<Result>,
    run: () => Result,
  ): void {
    if (this.crash !== null) throw this.crash;
    this.calls.push({
      op,
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      context,
    });
    const finish = (): void => {
      if (this.failure !== null) done(this.failure, null);
      else done(null, run());
    };
    if (this.hold) this.#held.push(finish);
    else setImmediate(finish);
  }
}
