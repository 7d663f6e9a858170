import type { HistoryEvent } from '../../../results/schema/history.js';
import type { EqualTimes } from '../key-history.js';
import type { JsonValue } from '../values.js';

/** An operation as the plain reading of the format gives it; shares no code with the checker. */
interface PlainOperation {
  readonly process: number;
  readonly f: HistoryEvent['f'];
  readonly input: JsonValue;
  readonly output: JsonValue;
  readonly invoke: HistoryEvent;
  readonly invokeIndex: number;
  readonly end: HistoryEvent | null;
  readonly endIndex: number;
}

/** Tries every order that respects real time, with every choice of open operations that take effect: for histories of one key and few operations. */
export function bruteForce(
  events: readonly HistoryEvent[],
  initial: JsonValue,
  equalTimes: EqualTimes = 'concurrent',
): boolean {
  const operations = readOperations(events);
  const precedes = (one: PlainOperation, other: PlainOperation): boolean => {
    if (one.end === null) return false;
    if (one.end.time !== other.invoke.time) return one.end.time < other.invoke.time;
    return (equalTimes === 'in-order' || one.process === other.process) && one.endIndex < other.invokeIndex;
  };
  const canFinish = (state: JsonValue, rest: readonly PlainOperation[]): boolean =>
    rest.every(({ end }) => end === null) ||
    rest.some((next) => {
      if (rest.some((other) => precedes(other, next))) return false;
      const after = apply(state, next);
      return (
        after !== undefined &&
        canFinish(
          after,
          rest.filter((other) => other !== next),
        )
      );
    });
  return canFinish(initial, operations);
}

function readOperations(events: readonly HistoryEvent[]): PlainOperation[] {
  return events.flatMap((invoke, invokeIndex): PlainOperation[] => {
    if (invoke.type !== 'invoke') return [];
    const endIndex = events.findIndex(
      (other, index) => index > invokeIndex && other.process === invoke.process,
    );
    const completion = events[endIndex];
    if (completion?.type === 'fail') return [];
    const end = completion?.type === 'ok' ? completion : null;
    const { process, f, value: input } = invoke;
    return [{ process, f, input, output: end?.value ?? null, invoke, invokeIndex, end, endIndex }];
  });
}

/** The state after the operation; undefined when it could not have happened there. */
function apply(state: JsonValue, { f, input, output, end }: PlainOperation): JsonValue | undefined {
  switch (f) {
    case 'read':
    case 'get':
      return end === null || isSame(state, output) ? state : undefined;
    case 'write':
    case 'put':
      return input;
    case 'cas': {
      const [expected, next] = input as [JsonValue, JsonValue];
      return isSame(state, expected) ? next : undefined;
    }
    case 'append': {
      if (state !== null && typeof state !== 'string') return undefined;
      const whole = `${state ?? ''}${input}`;
      return end === null || output === input || output === whole ? whole : undefined;
    }
  }
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
