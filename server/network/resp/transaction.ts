import { StrataError } from '../../errors.js';
import type { Command, CommandResult, Compare, Op } from '../../state/vocabulary.js';
import type { Limits } from '../limits.js';
import type { Args, CommandSpec, Steps } from './command-spec.js';
import { overloadedBytes } from './error-replies.js';
import { array, nullArray, type Protocol, type Reply } from './reply.js';
import type { Load } from './resp-context.js';
import { pendingBytesSpared } from './resp-limits.js';

/** The commands between MULTI and EXEC. They become one log entry, so they take effect at once or not at all. */
export class Transaction {
  /** A command could not be queued: EXEC will refuse the rest too. */
  aborted = false;
  /** Per command its steps, or the error that takes the place of its answer. */
  readonly #queued: (Steps | string)[] = [];
  #steps = 0;
  #bytes = 0;

  /** Of arguments: they are counted in the load until the transaction ends. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the error when the command does not fit; the transaction is aborted then and grows no more. */
  add(spec: CommandSpec, args: Args, limits: Limits, load: Load): StrataError | null {
    if (this.aborted) return null;
    // They outlive the read buffer that they are views of.
    const steps = spec.steps!(
      args.map((arg) => Buffer.from(arg)),
      limits,
    );
    let bytes = 0;
    for (const arg of args) bytes += arg.length;
    this.#bytes += bytes;
    load.bytes += bytes;
    this.#steps += typeof steps === 'string' ? 1 : Math.max(1, steps.ops.length);
    const refusal = this.#refusal(limits, load);
    if (refusal === null) this.#queued.push(steps);
    else this.aborted = true;
    return refusal;
  }

  #refusal({ opsPerCommandMax, commandBytesMax, waitingBytesMax }: Limits, load: Load): StrataError | null {
    const tooMany = this.#steps > opsPerCommandMax;
    if (tooMany || this.#bytes > commandBytesMax) {
      return new StrataError(
        'STRATA_COMMAND_TOO_LARGE',
        tooMany
          ? { actual: this.#steps, unit: 'steps', limit: opsPerCommandMax }
          : { actual: this.#bytes, unit: 'bytes', limit: commandBytesMax },
      );
    }
    if (this.#bytes <= pendingBytesSpared || load.bytes <= waitingBytesMax) return null;
    return overloadedBytes(load.bytes, waitingBytesMax);
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
