import type {
  Consistency,
  Done,
  ReadResult,
  RequestContext,
  WriteResult,
} from '../../ports/key-value-service.js';
import type { Command, CommandResult, Compare, Query, QueryResult } from '../../state/vocabulary.js';
import type { Args, CommandSpec, Steps } from './command-spec.js';
import type { Protocol, Reply } from './reply.js';
import type { RespContext } from './resp-context.js';
import { idleCallsMax } from './resp-limits.js';
import type { Walk } from './scan-walk.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

export const CallState = { Waiting: 0, Running: 1, Held: 2, Done: 3 } as const;
export type CallState = (typeof CallState)[keyof typeof CallState];

/** The connection that a call belongs to. */
export interface CallOwner {
  readonly session: Session;
  /** `call.reply` is set. */
  answered(call: Call): void;
  /** The service ended it with an error. */
  failed(call: Call, error: Error): void;
}

/** Makes the answer of a result. Null: the call goes on, with another question to the service. */
type Finish<Result> = (result: Result, call: Call) => Reply | null;

/**
 * One command from its arrival to its answer, and the request context that the runtime stamps. It is used again for another command once it is
 * answered, with the callbacks that it was made with: a command allocates no closure and no promise.
 */
export class Call implements RequestContext {
  receivedNs = 0;
  parsedNs = 0;
  readonly traceId = null;
  readonly forward = true;
  onReplied: ((repliedNs: number) => void) | null = null;

  readonly context: RespContext;
  /** Null when the client is gone: the outcome is nobody's. */
  owner: CallOwner | null = null;
  state: CallState = CallState.Waiting;
  spec!: CommandSpec;
  args: Args = [];
  /** Of name and arguments. */
  bytes = 0;
  /** Set before it starts: it is not run, this is the answer. */
  refusal: string | null = null;
  protocol: Protocol = 2;
  consistency: Consistency = 'linearizable';
  reply: Reply = '';
  /** It asked the service once already: when it starts again it is being tried again. */
  hasRun = false;
  /** Counted among those that run inside the cluster. */
  isCounted = false;
  /** What the service is asked at the moment may change something. */
  mutating = false;
  /** It may have changed something. */
  hadEffect = false;
  /** Why it is held back. */
  heldFor: Error | null = null;

  /** What some commands keep between their question and the result. */
  steps: Steps | null = null;
  transaction: Transaction | null = null;
  compares: readonly Compare[] = [];
  walk: Walk | null = null;

  /** The service owes an answer. Invariant: a call with one is never used again. */
  #pending = false;
  #finishWrite: Finish<WriteResult> | null = null;
  #finishRead: Finish<ReadResult> | null = null;
  #finishCommand: Finish<CommandResult> | null = null;
  #finishQuery: Finish<QueryResult> | null = null;

  readonly #onWrite: Done<WriteResult> = (error, result) => this.#done(error, result, this.#finishWrite);
  readonly #onRead: Done<ReadResult> = (error, result) => this.#done(error, result, this.#finishRead);
  readonly #onCommand: Done<CommandResult> = (error, result) =>
    this.#done(error, result, this.#finishCommand);
  readonly #onQuery: Done<QueryResult> = (error, result) => this.#done(error, result, this.#finishQuery);

  constructor(context: RespContext) {
    this.context = context;
  }

  get session(): Session {
    return this.owner!.session;
  }

  get isPending(): boolean {
    return this.#pending;
  }

  /** The key and value may be views: what `put` proposes it encodes before it returns, or keeps by reference. */
  put(key: Uint8Array, value: Uint8Array, finish: Finish<WriteResult>): void {
    this.#finishWrite = finish;
    this.mutating = this.#pending = true;
    this.context.service.put(key, value, this, this.#onWrite);
  }

  delete(key: Uint8Array, finish: Finish<WriteResult>): void {
    this.#finishWrite = finish;
    this.mutating = this.#pending = true;
    this.context.service.delete(key, this, this.#onWrite);
  }

  write(command: Command, finish: Finish<CommandResult>): void {
    this.#finishCommand = finish;
    this.mutating = this.#pending = true;
    this.context.service.write(command, this, this.#onCommand);
  }

  /** Reads keep views until they are served: nobody writes to a read buffer. */
  get(key: Uint8Array, finish: Finish<ReadResult>): void {
    this.#finishRead = finish;
    this.mutating = false;
    this.#pending = true;
    this.context.service.get(key, this.consistency, this, this.#onRead);
  }

  query(query: Query, finish: Finish<QueryResult>, consistency = this.consistency): void {
    this.#finishQuery = finish;
    this.mutating = false;
    this.#pending = true;
    this.context.service.query(query, consistency, this, this.#onQuery);
  }

  /** Waits for something that is no question to the service, and is not asked for twice. */
  pend(): void {
    this.mutating = this.#pending = true;
  }

  /** The answer of what `pend` waited for. */
  settle(error: Error | null, reply: Reply): void {
    this.#done(error, reply, answerItself);
  }

  answer(reply: Reply): void {
    this.reply = reply;
    this.owner!.answered(this);
  }

  /** A question that was refused by a throw will never be answered. */
  abandon(): void {
    this.#pending = false;
  }

  clear(): void {
    this.owner = null;
    this.state = CallState.Waiting;
    this.args = noArgs;
    this.bytes = 0;
    this.refusal = null;
    this.reply = '';
    this.hasRun = this.isCounted = this.mutating = this.hadEffect = false;
    this.heldFor = null;
    this.steps = null;
    this.transaction = null;
    this.compares = noCompares;
    this.walk = null;
  }

  #done<Result>(error: Error | null, result: Result | null, finish: Finish<Result> | null): void {
    this.#pending = false;
    if (this.owner === null) {
      this.context.calls.release(this);
      return;
    }
    if (error !== null) {
      this.owner.failed(this, error);
      return;
    }
    if (this.mutating) this.hadEffect = true;
    const reply = finish!(result!, this);
    if (reply !== null) this.answer(reply);
  }
}

const noArgs: Args = [];
const noCompares: readonly Compare[] = [];
const answerItself: Finish<Reply> = (reply) => reply;

/** Calls to use again. */
export class CallPool {
  #context: RespContext | null = null;
  readonly #idle: Call[] = [];

  attach(context: RespContext): void {
    this.#context = context;
  }

  take(): Call {
    return this.#idle.pop() ?? new Call(this.#context!);
  }

  /** A sampled call belongs to the stage ledger: its stamps must not become those of another command. */
  release(call: Call): void {
    call.clear();
    if (call.onReplied === null && this.#idle.length < idleCallsMax) this.#idle.push(call);
  }
}
