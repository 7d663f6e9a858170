import { StrataError } from '../errors.js';
import type { Done } from '../ports/key-value-service.js';
import type { Counter } from '../ports/metrics.js';
import { encodeCommand } from '../state/command-codec.js';
import { encodeOnce, ONCE_HEAD_BYTES } from '../state/once-codec.js';
import type { CommandResult } from '../state/vocabulary.js';
import type { Admission } from './admission.js';
import { decodeCommandAnswer, FORWARD_COMMAND } from './forward-codec.js';
import { attemptEnd, ForwardedWrite, type LocalWrite, type WriteToForward } from './forwarded-write.js';
import type { NodeContext } from './node-context.js';
import { OwnSession } from './own-session.js';
import { RetryPause } from './retry-pause.js';
import { sessionFault } from './session-fault.js';

const NONE: readonly LocalWrite[] = [];

/**
 * Writes that this node passes on to the leader, until they have an answer or their time is over. It is a client of the cluster itself for
 * that: it opens a session with its first write and numbers what it passes on, so that a write whose outcome is unknown may be
 * sent again to the next leader and takes effect once (Ongaro's thesis §6.3). Each attempt is one hop, and starts here (A2.42).
 *
 *   pass ─► held ──────────────► under way ──► answered
 *            ▲  leader, session      │
 *            └───────────────────────┘ not taken, outcome unknown, or another leader
 *
 * Writes leave in the order of their arrival. While one is held all that come later are held behind it; when several are held they leave
 * together. One that was refused, behind which another took effect meanwhile, is answered instead: it would come after that one.
 */
export class WriteForwarder {
  readonly #context: NodeContext;
  readonly #admission: Admission;
  readonly #retries: Counter;
  readonly #sessions: Counter;
  /** In the order of arrival, which is that of their deadlines. Invariant: none of them is settled. */
  readonly #writes = new Set<ForwardedWrite>();
  #heldCount = 0;
  #here: LocalWrite[] = [];
  #own: OwnSession | null = null;
  /** The attempt to open a session, null when none is under way. */
  #opening: object | null = null;
  #openingRefusal: StrataError | null = null;
  /** Whom the attempts under way were made to. */
  #leader = 0;
  #term = 0;
  readonly #pause = new RetryPause();
  #lastOrder = 0;
  /** Place of the last write that took effect. */
  #doneOrder = 0;

  constructor(context: NodeContext, admission: Admission) {
    const { metrics } = context;
    this.#context = context;
    this.#admission = admission;
    this.#retries = metrics.counter(
      'runtime_forward_retries_total',
      'Attempts to pass a write on after the first.',
    );
    this.#sessions = metrics.counter(
      'runtime_forward_sessions_total',
      'Sessions that this node opened to pass writes on.',
    );
  }

  get size(): number {
    return this.#writes.size;
  }

  /** In the loop, on a node that does not lead. */
  pass(write: WriteToForward): void {
    this.#lastOrder += 1;
    const forwarded = new ForwardedWrite(write, this.#lastOrder);
    const { raw, nodeMetrics } = this.#context;
    nodeMetrics.forwarded.add(1);
    this.#writes.add(forwarded);
    this.#heldCount += 1;
    const isKnown = raw.leader !== 0 && raw.leader === this.#leader && raw.term === this.#term;
    const hasSession = this.#own !== null || !forwarded.needsOwn;
    if (this.#heldCount > 1) return;
    if (isKnown && hasSession) this.#send(forwarded);
    else this.#tryNow();
  }

  /** Once a turn: sends what is held and may be sent. Gives back what is to be proposed on this node. */
  run(nowNs: number): readonly LocalWrite[] {
    const { leader, term } = this.#context.raw;
    if (leader === 0) return NONE;
    if (leader !== this.#leader || term !== this.#term) this.#meet(leader, term);
    if (this.#heldCount > 0 && this.#pause.isOver(nowNs)) this.#sendHeld();
    if (this.#here.length === 0) return NONE;
    const here = this.#here;
    this.#here = [];
    return here;
  }

  /** Answers those whose time is over; returns how many. What they still bring about is nobody's. */
  expire(nowNs: number, error: StrataError): number {
    let count = 0;
    for (const write of this.#writes) {
      if (write.deadlineNs > nowNs) break;
      this.#settle(write, write.isHeld ? this.#lateError(write) : error, null);
      count += 1;
    }
    return count;
  }

  failAll(error: StrataError): void {
    this.#here = [];
    for (const write of this.#writes) this.#settle(write, write.doubt ?? error, null);
  }

  /** What is under way elsewhere will hardly be answered any more: it is asked of this leader. */
  #meet(leader: number, term: number): void {
    this.#leader = leader;
    this.#term = term;
    this.#pause.end();
    this.#opening = null;
    for (const write of this.#writes) {
      if (write.isHeld) continue;
      write.doubt ??= new StrataError('STRATA_LEADERSHIP_LOST');
      this.#hold(write);
    }
  }

  #sendHeld(): void {
    if (this.#own === null && [...this.#writes].some((write) => write.needsOwn)) this.#open();
    else if (!this.#isOneBehindUnderWay()) {
      for (const write of this.#writes) {
        if (!write.isHeld) continue;
        const isOvertaken = write.refusal !== null && write.doubt === null && write.order < this.#doneOrder;
        if (isOvertaken) this.#settle(write, write.refusal, null);
        else this.#send(write);
      }
    }
  }

  /** A write that came after a held one has no answer yet: whether it took effect decides about the held one. */
  #isOneBehindUnderWay(): boolean {
    let isBehind = false;
    for (const write of this.#writes) {
      if (write.isHeld) isBehind = true;
      else if (isBehind) return true;
    }
    return false;
  }

  #send(write: ForwardedWrite): void {
    write.isHeld = false;
    this.#heldCount -= 1;
    write.attempt += 1;
    if (write.attempt > 1) this.#retries.add(1);
    if (write.needsOwn) this.#bind(write, this.#own!);
    const { attempt } = write;
    this.#transmit(write.op, write.data, (error, result) => this.#answered(write, attempt, error, result));
  }

  #bind(write: ForwardedWrite, own: OwnSession): void {
    write.own = own;
    write.sequence = own.take();
    const { settledTo } = own;
    write.data = encodeOnce({ session: own.id, sequence: write.sequence, settledTo }, write.data);
  }

  #transmit(op: WriteToForward['op'], data: Uint8Array, done: Done<CommandResult>): void {
    const { raw, transport } = this.#context;
    if (raw.role === 'leader') {
      // A copy: the log keeps what is proposed, and another attempt would be stamped anew.
      this.#here.push({ op, data: data.slice(), done });
      return;
    }
    const node = raw.leader;
    transport.request(node, FORWARD_COMMAND, data, (error, response) => {
      if (error !== null || response === null) {
        done(error ?? new StrataError('STRATA_PEER_LOST', { node }), null);
        return;
      }
      let result: CommandResult;
      try {
        result = decodeCommandAnswer(response);
      } catch (refusal) {
        done(refusal as Error, null);
        return;
      }
      done(null, result);
    });
  }

  #answered(write: ForwardedWrite, attempt: number, error: Error | null, result: CommandResult | null): void {
    if (write.isSettled) return;
    const isNewest = attempt === write.attempt && !write.isHeld;
    if (error === null && result!.sessionFault === null) this.#succeed(write, result!);
    // Of an attempt that was given up only a success says something.
    else if (!isNewest) return;
    else if (error === null) this.#faulted(write, result!);
    else this.#failed(write, error);
  }

  /** It took effect, in this attempt or one before. */
  #succeed(write: ForwardedWrite, result: CommandResult): void {
    this.#pause.succeeded();
    this.#doneOrder = Math.max(this.#doneOrder, write.order);
    const { revision, results } = result;
    if (write.op === 'command') this.#settle(write, null, result);
    else this.#settle(write, null, { revision, changed: results[0]?.changed ?? false });
  }

  #failed(write: ForwardedWrite, error: Error): void {
    const end = attemptEnd(error);
    if (this.#context.isStopped || (end === 'refused' && write.doubt === null)) {
      this.#settle(write, error, null);
      return;
    }
    if (end === 'unknown') write.doubt = error as StrataError;
    else if (end === 'not-taken') write.refusal = error as StrataError;
    this.#hold(write);
    this.#backOff();
  }

  /** The session is not known any more, or its answer is not kept: this attempt had no effect. */
  #faulted(write: ForwardedWrite, result: CommandResult): void {
    const { own, doubt, session } = write;
    if (own === null) {
      const fault = sessionFault(result, session);
      this.#settle(write, fault, fault === null ? result : null);
      return;
    }
    if (result.sessionFault === 'expired' && this.#own === own) this.#own = null;
    if (doubt !== null) {
      this.#settle(write, doubt, null);
      return;
    }
    own.settle(write.sequence);
    write.own = null;
    write.data = write.data.subarray(ONCE_HEAD_BYTES);
    const reason = `the session of node ${this.#context.id} is ${result.sessionFault}`;
    write.refusal = new StrataError('STRATA_PROPOSAL_DROPPED', { reason });
    this.#hold(write);
    this.#backOff();
  }

  #open(): void {
    if (this.#opening !== null) return;
    const opening = {};
    this.#opening = opening;
    const data = encodeCommand({ kind: 'open-session' }, 0, this.#context.limits);
    this.#transmit('command', data, (error, result) => {
      if (this.#opening !== opening) return;
      this.#opening = null;
      if (error === null) {
        this.#sessions.add(1);
        this.#own = new OwnSession(result!.session);
        this.#tryNow();
      } else this.#notOpened(error);
    });
  }

  #notOpened(error: Error): void {
    if (attemptEnd(error) !== 'refused') {
      this.#openingRefusal = error as StrataError;
      this.#backOff();
      return;
    }
    for (const write of this.#writes) if (write.needsOwn) this.#settle(write, error, null);
  }

  #hold(write: ForwardedWrite): void {
    write.isHeld = true;
    this.#heldCount += 1;
  }

  #backOff(): void {
    this.#pause.extend(this.#context.clock.nowNs());
  }

  #tryNow(): void {
    this.#pause.end();
    this.#context.schedule();
  }

  /** Of a write that is held when its time is over. */
  #lateError(write: ForwardedWrite): StrataError {
    const known = write.doubt ?? write.refusal;
    if (known !== null) return known;
    if (this.#context.raw.leader === 0) return new StrataError('STRATA_NO_LEADER');
    const reason = `no session could be opened in time${this.#openingRefusal === null ? '' : `: ${this.#openingRefusal.message}`}`;
    return new StrataError('STRATA_PROPOSAL_DROPPED', { reason });
  }

  #settle(write: ForwardedWrite, error: Error | null, result: Parameters<ForwardedWrite['done']>[1]): void {
    write.isSettled = true;
    this.#writes.delete(write);
    if (write.isHeld) this.#heldCount -= 1;
    write.own?.settle(write.sequence);
    this.#admission.leave(write.bytes);
    write.done(error, result);
  }
}
