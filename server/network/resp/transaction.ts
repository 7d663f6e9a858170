import { StrataError } from '../../errors.js';
import type { Command, CommandResult, Compare, Op } from '../../state/vocabulary.js';
import type { Limits } from '../limits.js';
import type { Args, CommandSpec, Steps } from './command-spec.js';
import { array, nullArray, type Protocol, type Reply } from './reply.js';

/** The commands between MULTI and EXEC. They become one log entry, so they take effect at once or not at all. */
export class Transaction {
  /** A command could not be queued: EXEC will refuse the rest too. */
  aborted = false;
  /** Per command its steps, or the error that takes the place of its answer. */
  readonly #queued: (Steps | string)[] = [];
  #steps = 0;
  #bytes = 0;

  /** @returns the error when the command does not fit; the transaction is aborted then. */
  add(spec: CommandSpec, args: Args, limits: Limits): StrataError | null {
    // They outlive the read buffer that they are views of.
    const steps = spec.steps!(
      args.map((arg) => Buffer.from(arg)),
      limits,
    );
    for (const arg of args) this.#bytes += arg.length;
    this.#steps += typeof steps === 'string' ? 1 : Math.max(1, steps.ops.length);
    const { opsPerCommandMax, commandBytesMax } = limits;
    const tooMany = this.#steps > opsPerCommandMax;
    if (tooMany || this.#bytes > commandBytesMax) {
      this.aborted = true;
      return new StrataError(
        'STRATA_COMMAND_TOO_LARGE',
        tooMany
          ? { actual: this.#steps, unit: 'steps', limit: opsPerCommandMax }
          : { actual: this.#bytes, unit: 'bytes', limit: commandBytesMax },
      );
    }
    this.#queued.push(steps);
    return null;
  }

  /** Null when there is nothing to do: no step, and nothing that must be unchanged. */
  command(compares: readonly Compare[]): Command | null {
    const ops: Op[] = this.#queued.flatMap((steps) => (typeof steps === 'string' ? [] : steps.ops));
    if (compares.length === 0) return ops.length === 0 ? null : { kind: 'batch', ops, session: null };
    // Without a step of its own it still has to find out whether the keys are unchanged.
    const success: Op[] = ops.length > 0 ? ops : [{ kind: 'get', key: compares[0]!.key }];
    return { kind: 'txn', compares, success, failure: [], session: null };
  }

  /** `result` null: there was nothing to do. */
  reply(result: CommandResult | null, protocol: Protocol): Reply {
    if (result !== null && !result.succeeded) return nullArray(protocol);
    let from = 0;
    const replies = this.#queued.map((steps) => {
      if (typeof steps === 'string') return steps;
      const reply = steps.reply(result?.results ?? [], from, protocol);
      from += steps.ops.length;
      return reply;
    });
    return array(replies);
  }
}
