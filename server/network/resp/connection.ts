import type { Socket } from 'node:net';
import type { Timer } from '../../ports/clock.js';
import type { Call, CallOwner } from './call.js';
import { refusalOf } from './call-checks.js';
import { CallQueue, type CallStarter } from './call-queue.js';
import { CommandIntake } from './command-intake.js';
import type { Effect } from './command-spec.js';
import { codedError, errorReply, mayHaveEffect, mayRetry, overloadedBytes } from './error-replies.js';
import { queued } from './reply.js';
import { ReplyWriter } from './reply-writer.js';
import type { RespContext } from './resp-context.js';
import { lingerMs, outputBytesMax } from './resp-limits.js';
import { RetryTimer } from './retry-timer.js';
import type { Session } from './session.js';

/** What the listener is told by its connections. */
export interface ConnectionKeeper {
  /** Calls `flush` once this turn of the loop is over. */
  flushSoon(connection: Connection): void;
  /** The connection has nothing to answer (any more). */
  idle(): void;
}

/**
 * One client. Bytes become calls (`CommandIntake`), calls start in order (`CallQueue`), answers leave in order, all that are ready in one write a
 * turn (`ReplyWriter`). It stops reading while too many commands or bytes wait for their answer, or too many answers for the client.
 */
export class Connection implements CallOwner, CallStarter {
  readonly session: Session;
  /** When the first byte of a command came whose end has not, else 0. */
  insideSinceNs = 0;
  readonly #context: RespContext;
  readonly #keeper: ConnectionKeeper;
  readonly #socket: Socket;
  readonly #intake: CommandIntake;
  readonly #queue: CallQueue;
  readonly #writer: ReplyWriter;
  readonly #retry: RetryTimer;
  #isDirty = false;
  /** Nothing more is read: QUIT, a protocol error, drain. What was accepted is answered, then the socket ends. */
  #isEnding = false;
  /** The client sends nothing more; it may still read what it asked for. */
  #hasInputEnded = false;
  #isClosed = false;
  #isPaused = false;
  #linger: Timer | null = null;
  /** The time, read once for all that is done at once. */
  #nowNs = 0;

  constructor(context: RespContext, keeper: ConnectionKeeper, socket: Socket, session: Session) {
    this.#context = context;
    this.#keeper = keeper;
    this.#socket = socket;
    this.session = session;
    this.#intake = new CommandIntake(context, this);
    this.#queue = new CallQueue(this);
    this.#writer = new ReplyWriter(context, socket);
    this.#retry = new RetryTimer(context, session.id, () => this.#retryNow());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.flush());
    socket.on('error', () => socket.destroy());
    socket.on('end', () => this.#inputEnded());
    socket.on('close', () => this.#closed());
  }

  get isIdle(): boolean {
    return this.#queue.length === 0;
  }

  /** Answers wait in the socket since then, 0 when none do. */
  get stalledSinceNs(): number {
    return this.#writer.stalledSinceNs;
  }

  /** Finishes what was accepted and closes; what still comes is thrown away, so that the last answers arrive. */
  end(): void {
    this.#isEnding = true;
    this.#socket.resume();
    this.flush();
  }

  /** Closes with a last word, when nothing is under way that it could be taken for the answer of. */
  refuse(reply: string): void {
    this.#isEnding = true;
    if (this.isIdle) this.#socket.write(reply, 'latin1');
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Writes what is ready and begins what waited for it. Called once a turn. */
  flush(): void {
    this.#isDirty = false;
    if (this.#isClosed) return;
    this.#nowNs = this.#context.clock.nowNs();
    if (this.#queue.hasReady) this.#writeReady();
    this.#proceed();
    if (!this.isIdle) return;
    const isOver = this.#isEnding || (this.#hasInputEnded && !this.#isPaused);
    if (isOver) this.#endSocket();
    this.#keeper.idle();
  }

  effectOf({ refusal, spec }: Call): Effect {
    const { transaction, quits } = this.session;
    if (refusal !== null || quits) return 'local';
    if (spec.inTransaction !== 'run') return transaction === null ? spec.effect : 'local';
    // EXEC of nothing, or of a transaction that is aborted, is an error told at once.
    return spec.effect === 'write' && (transaction === null || transaction.aborted) ? 'local' : spec.effect;
  }

  start(call: Call): void {
    if (call.hasRun) {
      this.#context.metrics.retries.add(1);
      this.#run(call);
      return;
    }
    const { transaction, quits, protocol, consistency } = this.session;
    const { limits } = this.#context;
    call.protocol = protocol;
    call.consistency = consistency;
    call.parsedNs = this.#nowNs;
    // Behind QUIT nothing is answered.
    const refusal = quits ? '' : (call.refusal ?? refusalOf(call, limits));
    if (refusal !== null) {
      // As Redis: what could not be queued lets EXEC refuse the rest too.
      if (transaction !== null && call.spec.inTransaction !== 'run') transaction.aborted = true;
      call.answer(refusal);
    } else if (transaction === null || call.spec.inTransaction === 'run') {
      call.hasRun = call.isCounted;
      this.#run(call);
      if (this.session.quits) this.#isEnding = true;
    } else {
      const error = transaction.add(call.spec, call.args, limits, this.#context.load);
      call.answer(error === null ? queued : errorReply(error));
    }
  }

  giveUp(call: Call): void {
    call.answer(errorReply(codedError(call.heldFor, this.#context.log)));
  }

  retryLater(): void {
    this.#retry.start();
  }

  answered(call: Call): void {
    this.#queue.answered(call);
    if (this.#isDirty || !this.#queue.hasReady) return;
    this.#isDirty = true;
    this.#keeper.flushSoon(this);
  }

  failed(call: Call, error: Error): void {
    const coded = codedError(error, this.#context.log);
    const { clock, limits } = this.#context;
    const deadlineNs = call.parsedNs + limits.operationTimeoutMs * 1e6;
    const isWaitedFor = !this.#hasInputEnded && this.#retry.fits(clock.nowNs(), deadlineNs);
    if (isWaitedFor && mayRetry(coded.code, call.mutating)) {
      call.heldFor = coded;
      this.#queue.hold(call);
      return;
    }
    if (call.mutating && mayHaveEffect(coded.code)) call.hadEffect = true;
    call.answer(errorReply(coded));
  }

  #run(call: Call): void {
    call.mutating = false;
    try {
      call.spec.run(call);
    } catch (error) {
      call.abandon();
      call.answer(errorReply(codedError(error, this.#context.log)));
    }
  }

  #read(chunk: Buffer): void {
    if (this.#isEnding) return;
    const { clock, metrics } = this.#context;
    const receivedNs = clock.nowNs();
    this.#nowNs = this.#intake.receivedNs = receivedNs;
    this.#intake.push(chunk);
    this.#proceed();
    metrics.parseNs.record(metrics.stamps.nowNs() - receivedNs);
  }

  /** Takes commands from what was read, as far as the limits go, and starts what may start. */
  #proceed(): void {
    if (this.#socket.writableLength > outputBytesMax) {
      this.#pause();
      return;
    }
    this.#queue.advance();
    const { pipelineMax } = this.#context.limits;
    for (let taken = 1; !this.#isEnding; taken++) {
      if (this.#queue.length >= pipelineMax || this.#intake.isFull) {
        this.#pause();
        return;
      }
      const call = this.#intake.next();
      if (call === null) {
        this.#readOn();
        return;
      }
      if (call === 'broken') {
        this.#endWith(this.#intake.faultReply());
        return;
      }
      if (call === 'foreign') {
        this.#isEnding = true;
        this.destroy();
        return;
      }
      // Of many commands in one read each is told the time to within a few of them.
      if ((taken & 7) === 0) this.#nowNs = this.#context.clock.nowNs();
      this.#queue.add(call);
      this.#queue.advance();
    }
  }

  /** All that was read is taken. */
  #readOn(): void {
    if (!this.#intake.isInside) this.insideSinceNs = 0;
    else if (this.insideSinceNs === 0) this.insideSinceNs = this.#nowNs;
    if (this.#intake.isBurden) {
      const { load, limits } = this.#context;
      this.#endWith(errorReply(overloadedBytes(load.bytes, limits.waitingBytesMax)));
    } else if (this.#isPaused) {
      this.#isPaused = false;
      this.#socket.resume();
    }
  }

  #pause(): void {
    // A socket that is not read does not hear that the client has gone.
    if (this.#isPaused || this.#isEnding) return;
    this.#isPaused = true;
    // That the rest of a command does not come is our doing then.
    this.insideSinceNs = 0;
    this.#socket.pause();
  }

  /** An answer that belongs to no command: behind those that are under way, then the connection ends. */
  #endWith(reply: string): void {
    this.#queue.add(this.#intake.lastWord(reply));
    this.#isEnding = true;
    this.#queue.advance();
    this.#socket.resume();
  }

  /** The client reads the end and closes its side; one that does not is cut off. */
  #endSocket(): void {
    if (this.#socket.writableEnded) return;
    this.#socket.end();
    this.#linger = this.#context.clock.after(lingerMs, () => this.#socket.destroy());
  }

  #writeReady(): void {
    const { metrics } = this.#context;
    for (let call = this.#queue.shift(); call !== null; call = this.#queue.shift()) {
      this.#writer.add(call.reply);
      metrics.commandNs.record(this.#nowNs - call.receivedNs);
      if (call.onReplied !== null) this.#writer.sampled(call);
      this.#intake.release(call);
    }
    this.#writer.send(this.#nowNs);
    this.#retry.reset();
  }

  #retryNow(): void {
    this.#nowNs = this.#context.clock.nowNs();
    this.#queue.resume();
  }

  #inputEnded(): void {
    this.#hasInputEnded = true;
    // It may have gone altogether: what is held back gets its last attempt now.
    if (this.#retry.cancel()) this.#retryNow();
    this.flush();
  }

  #closed(): void {
    this.#isClosed = true;
    this.#retry.cancel();
    this.#linger?.cancel();
    this.#intake.close();
    this.session.end();
    for (const call of this.#queue.drain()) this.#intake.release(call);
    this.#keeper.idle();
  }
}
