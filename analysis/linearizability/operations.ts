import type { HistoryEvent } from '../../results/schema/history.js';
import { HistoryError } from './history-error.js';
import { canonicalJson, type JsonValue } from './values.js';

export type ModelName = 'register' | 'kv';

/** An event from a file, or from a recorder that does not know the schema. Its value has to be JSON. */
export type RecordedEvent = Readonly<Omit<HistoryEvent, 'value'>> & { readonly value: unknown };

/** An operation from its invocation to its completion. Operations that failed, and reads that told nobody anything, are none. */
export interface Operation {
  readonly process: number;
  readonly f: HistoryEvent['f'];
  readonly key: string;
  /** Value at the invocation. */
  readonly input: JsonValue;
  /** Value at `ok`; null while open. */
  readonly output: JsonValue;
  readonly invokeNs: number;
  /** Null for an open operation: it may take effect at any time from its invocation on, or never. */
  readonly returnNs: number | null;
  readonly invokeLine: number;
  readonly returnLine: number | null;
}

const FUNCTIONS: Readonly<Record<ModelName, readonly HistoryEvent['f'][]>> = {
  register: ['read', 'write', 'cas'],
  kv: ['get', 'put', 'append', 'cas'],
};

/** The model that knows every function of the history; `register` when only `cas` occurs. @throws HistoryError when the functions are mixed */
export function modelOf(events: readonly RecordedEvent[]): ModelName {
  const model = events.some(({ f }) => f !== 'cas' && FUNCTIONS.kv.includes(f)) ? 'kv' : 'register';
  checkFunctions(events, model);
  return model;
}

/** @throws HistoryError when the model has no such function */
export function checkFunctions(events: readonly RecordedEvent[], model: ModelName): void {
  const index = events.findIndex(({ f }) => !FUNCTIONS[model].includes(f));
  if (index === -1) return;
  const functions = FUNCTIONS[model].join(', ');
  throw new HistoryError(
    index + 1,
    `${events[index]!.f} is none of the functions of a ${model}: ${functions}.`,
  );
}

/**
 * Joins invocations and completions, in the order of the invocations in the list.
 * @throws HistoryError when the list cannot be the record of clients that do one thing at a time
 */
export function pairOperations(events: readonly RecordedEvent[]): Operation[] {
  const found: (Operation | null)[] = [];
  /** By process: place in `found` of what is under way. After an `info` it stays until the process goes on: nothing can complete it any more. */
  const underWay = new Map<number, { readonly at: number; readonly line: number; ended: boolean }>();
  const lastNs = new Map<number, { readonly ns: number; readonly line: number }>();
  events.forEach((event, index) => {
    const line = index + 1;
    const { process, time } = event;
    const last = lastNs.get(process);
    if (last !== undefined && time < last.ns)
      throw new HistoryError(
        line,
        `the time of process ${process} goes backwards, from ${last.ns} at line ${last.line} to ${time}.`,
      );
    lastNs.set(process, { ns: time, line });
    const current = underWay.get(process);
    if (event.type === 'invoke') {
      if (current !== undefined && !current.ended)
        throw new HistoryError(
          line,
          `process ${process} invokes an operation while that of line ${current.line} is under way.`,
        );
      underWay.set(process, { at: found.length, line, ended: false });
      found.push(invoked(event, line));
      return;
    }
    if (current === undefined || current.ended)
      throw new HistoryError(
        line,
        `process ${process} completes ${event.f}, and has no operation under way.`,
      );
    found[current.at] = completed(found[current.at]!, event, line);
    if (event.type === 'info') current.ended = true;
    else underWay.delete(process);
  });
  return found.filter((operation) => operation !== null).filter((operation) => !isSilentRead(operation));
}

/** A read that never returned constrains nothing. */
function isSilentRead({ f, returnNs }: Operation): boolean {
  return returnNs === null && (f === 'read' || f === 'get');
}

function invoked({ process, f, key, value, time }: RecordedEvent, line: number): Operation {
  if ((f === 'read' || f === 'get') && value !== null)
    throw new HistoryError(
      line,
      `the invocation of ${f} has the value null; the value that was read stands at ok.`,
    );
  if (f === 'cas' && !(Array.isArray(value) && value.length === 2))
    throw new HistoryError(line, 'the value of cas is a list of two: the expected value and the new one.');
  if (f === 'append' && typeof value !== 'string')
    throw new HistoryError(line, 'the value of append is the string that is appended.');
  return {
    process,
    f,
    key,
    input: value as JsonValue,
    output: null,
    invokeNs: time,
    returnNs: null,
    invokeLine: line,
    returnLine: null,
  };
}

function completed(operation: Operation, event: RecordedEvent, line: number): Operation | null {
  const { process, f, key, input, invokeLine } = operation;
  if (event.f !== f || event.key !== key)
    throw new HistoryError(
      line,
      `process ${process} completes ${event.f} of ${JSON.stringify(event.key)}, but invoked ${f} of ${JSON.stringify(key)} at line ${invokeLine}.`,
    );
  if (event.type === 'fail') return null;
  if (event.type === 'info') return operation;
  const isTold = f === 'read' || f === 'get' || event.value !== null;
  // Whoever writes may leave out at ok what stands at the invocation.
  const output = isTold ? (event.value as JsonValue) : input;
  if (f === 'append' && typeof output !== 'string')
    throw new HistoryError(
      line,
      'the value of append at ok is a string: what was appended, or the whole value after it.',
    );
  if ((f === 'write' || f === 'put' || f === 'cas') && canonicalJson(output) !== canonicalJson(input))
    throw new HistoryError(
      line,
      `the value of ${f} at ok differs from that of its invocation at line ${invokeLine}.`,
    );
  return { ...operation, output, returnNs: event.time, returnLine: line };
}
