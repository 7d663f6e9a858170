import { StrataError } from '../../../errors.js';
import { textBytes, valueText } from '../../../state/value.js';
import type { Command, CommandResult, SessionRef } from '../../../state/vocabulary.js';
import { Violation } from '../../violation.js';
import type { Actor, Operation } from '../actor.js';
import type { Answer } from '../caller.js';
import type { Floors } from '../oracle/oracle.js';
import type { SharedCounter } from '../oracle/shared-counter.js';

/** What a session's request is asked again that was answered already. */
const REPEATS = 0.1;
const SHARED = 0.25;

interface Request {
  readonly sequence: number;
  /** What was known when it was first asked. */
  readonly floors: Floors;
}

/**
 * Increments that take effect exactly once (Ongaro's thesis §6.3). A counter of its own under a client session: each request is asked again, of any
 * node, until it is answered, and sometimes once more after that. And the counter that all share, without a session: the nodes' own
 * sessions have to see to it that no increment is passed on twice.
 */
export class CounterClient {
  readonly #actor: Actor;
  readonly #shared: SharedCounter;
  #session = 0;
  #request: Request | null = null;
  #answered: { readonly sequence: number; readonly value: number } | null = null;
  /** Distinct requests that were answered; the counter's value, therefore, but for one under way. */
  #acknowledged = 0;

  constructor(actor: Actor, shared: SharedCounter) {
    this.#actor = actor;
    this.#shared = shared;
  }

  get key(): string {
    return `n${this.#actor.id}`;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get attempted(): number {
    return this.#acknowledged + (this.#request === null ? 0 : 1);
  }

  readonly run: Operation = (end) => {
    const { random } = this.#actor;
    if (random.chance(SHARED)) return this.#shared.increment(this.#actor, end);
    if (this.#session === 0) return this.#open(end);
    if (this.#request === null && this.#answered !== null && random.chance(REPEATS)) return this.#repeat(end);
    return this.#increment(end);
  };

  #open(end: () => void): boolean {
    return this.#ask({ kind: 'open-session' }, 'open session', (answer) => {
      end();
      if (answer.type !== 'ok') return '';
      this.#session = answer.result.session;
      return String(this.#session);
    });
  }

  #increment(end: () => void): boolean {
    const floors = this.#request?.floors ?? this.#actor.shared.oracle.floors();
    const request = this.#request ?? { sequence: this.#acknowledged + 1, floors };
    const command = this.#command(request.sequence);
    return this.#ask(
      command,
      'increment',
      (answer) => {
        end();
        if (answer.type !== 'ok') {
          this.#checkSession(answer.error, request.sequence);
          return `${this.key} ${request.sequence}`;
        }
        this.#request = null;
        this.#acknowledged += 1;
        const value = this.#valueOf(answer.result, request.sequence);
        // One client, one request at a time: the how-manieth request it is the counter says.
        if (value !== this.#acknowledged)
          this.#violation(`request ${request.sequence} made it ${value}, it is number ${this.#acknowledged}`);
        this.#actor.shared.oracle.wrote(answer.result.results[0]!.revision, floors);
        this.#answered = { sequence: request.sequence, value };
        return `${this.key} ${request.sequence} is ${value}`;
      },
      () => {
        this.#request = request;
      },
    );
  }

  /** An answered request, asked again: it must be answered as before. */
  #repeat(end: () => void): boolean {
    const { sequence, value } = this.#answered!;
    return this.#ask(this.#command(sequence), 'repeated increment', (answer) => {
      end();
      if (answer.type !== 'ok') {
        this.#checkSession(answer.error, sequence);
        return `${this.key} ${sequence}`;
      }
      const again = this.#valueOf(answer.result, sequence);
      if (again !== value) this.#violation(`request ${sequence} was answered ${value} and then ${again}`);
      return `${this.key} ${sequence} is ${again}`;
    });
  }

  #command(sequence: number): Command {
    const session: SessionRef = { session: this.#session, sequence };
    return { kind: 'batch', ops: [{ kind: 'increment', key: textBytes(this.key), delta: 1n }], session };
  }

  #ask(
    command: Command,
    name: string,
    ended: (answer: Answer<CommandResult>) => string,
    begun: () => void = () => {},
  ): boolean {
    const node = this.#actor.caller.anyNode();
    if (node === null) return false;
    begun();
    this.#actor.ask<CommandResult>(
      node,
      name,
      (service, context, done) => service.write(command, context, done),
      ended,
    );
    return true;
  }

  #valueOf({ results }: CommandResult, sequence: number): number {
    const { status, value } = results[0]!;
    if (status !== 'ok' || value === null) this.#violation(`request ${sequence} is answered ${status}`);
    return Number(valueText(value));
  }

  /** Sessions are far fewer than may be, and only the newest request is ever asked for: its answer is there. */
  #checkSession(error: Error | null, sequence: number): void {
    if (!(error instanceof StrataError)) return;
    if (error.code === 'STRATA_SESSION_EXPIRED' || error.code === 'STRATA_SESSION_STALE')
      throw new Violation('lost session', `session ${this.#session}, request ${sequence}: ${error.message}`);
  }

  #violation(message: string): never {
    throw new Violation('exactly once', `counter ${this.key}: ${message}`);
  }
}
