import assert from 'node:assert/strict';
import { StrataError } from '../../errors.js';
import type { Done, ReadResult, RequestContext } from '../../ports/key-value-service.js';
import { valueText } from '../../state/value.js';
import type { Value } from '../../state/vocabulary.js';
import type { SimulatedClock } from './simulated-clock.js';

/** What became of a request. A second answer fails the test where it is given. */
export interface Answer<Result> {
  error: Error | null;
  result: Result | null;
  answered: boolean;
  readonly context: RequestContext;
}

/** A request under way: `done` fills `answer` in, fails the test when called twice, and says so to `onAnswer`. */
export function expectAnswer<Result>(
  clock: SimulatedClock,
  more: Partial<RequestContext>,
  onAnswer: () => void,
): { answer: Answer<Result>; done: Done<Result> } {
  const nowNs = clock.nowNs();
  const context: RequestContext = {
    receivedNs: nowNs,
    parsedNs: nowNs,
    traceId: null,
    forward: true,
    onReplied: null,
    ...more,
  };
  const answer: Answer<Result> = { error: null, result: null, answered: false, context };
  const done: Done<Result> = (error, result) => {
    assert.equal(answer.answered, false, 'answered twice');
    Object.assign(answer, { error, result, answered: true });
    onAnswer();
    // As the network layer does: errors are replies too.
    context.onReplied?.(clock.nowNs());
  };
  return { answer, done };
}

/** The code of an answer's error; null for a success or while there is no answer. */
export function codeOf({ error }: Answer<unknown>): string | null {
  if (error === null) return null;
  assert.ok(error instanceof StrataError, `an error without a code: ${error.message}`);
  return error.code;
}

/** The value that a read brought; null when absent. */
export function readValue({ answered, error, result }: Answer<ReadResult>): string | null {
  assert.ok(
    answered && error === null && result !== null,
    `the read was not served: ${error?.message ?? 'no answer'}`,
  );
  return textOf(result.value);
}

export function textOf(value: Value | null): string | null {
  return value === null ? null : valueText(value);
}
