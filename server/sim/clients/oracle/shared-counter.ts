import { textBytes, valueText } from '../../../state/value.js';
import type { Command, CommandResult } from '../../../state/vocabulary.js';
import { Violation } from '../../violation.js';
import type { Actor } from '../actor.js';

export const SHARED_COUNTER = 'n';
const INCREMENT: Command = {
  kind: 'batch',
  ops: [{ kind: 'increment', key: textBytes(SHARED_COUNTER), delta: 1n }],
  session: null,
};

/**
 * A counter that everybody increments, each attempt once. Every answer is another number: one seen twice was lost between, and its height lies
 * between the increments that were acknowledged before and those that may have had an effect.
 */
export class SharedCounter {
  readonly #values = new Set<number>();
  #begun = 0;
  #failed = 0;

  get acknowledged(): number {
    return this.#values.size;
  }

  /** Increments that had an effect or may have, or may yet. */
  get possible(): number {
    return this.#begun - this.#failed;
  }

  increment(actor: Actor, end: () => void): boolean {
    const node = actor.caller.anyNode();
    if (node === null) return false;
    const { oracle } = actor.shared;
    const floors = oracle.floors();
    const before = this.acknowledged;
    this.#begun += 1;
    actor.ask<CommandResult>(
      node,
      'shared increment',
      (service, context, done) => service.write(INCREMENT, context, done),
      (answer) => {
        end();
        if (answer.type === 'fail') this.#failed += 1;
        if (answer.type !== 'ok') return '';
        const { revision, value } = answer.result.results[0]!;
        const count = value === null ? Number.NaN : Number(valueText(value));
        this.#check(count, before);
        oracle.wrote(revision, floors);
        return String(count);
      },
    );
    return true;
  }

  /** Read after everything is over. */
  checkFinal(count: number): void {
    if (count >= this.acknowledged && count <= this.possible) return;
    this.#violation(`it is ${count}, acknowledged were ${this.acknowledged}, possible ${this.possible}`);
  }

  #check(count: number, before: number): void {
    if (this.#values.has(count)) this.#violation(`two increments were answered ${count}`);
    if (!(count > before))
      this.#violation(`an increment made it ${count}, acknowledged before were ${before}`);
    this.#values.add(count);
    if (count > this.possible) this.#violation(`it is ${count}, possible are ${this.possible}`);
  }

  #violation(message: string): never {
    throw new Violation('exactly once', `counter ${SHARED_COUNTER}: ${message}`);
  }
}
