import type { Operation } from './operations.js';
import { shortJson } from './short-json.js';
import type { JsonValue } from './values.js';
import type { Counterexample, CounterexampleOperation } from './verdict.js';

/** Most operations that are drawn; of more, the last before the contradiction. */
export const ROWS_MAX = 60;

/** A counterexample laid out for drawing: columns are moments in their order, not in proportion, so that short operations can be seen too. */
export interface Timeline {
  readonly title: string;
  /** Sentences under the drawing. */
  readonly notes: readonly string[];
  readonly rows: readonly TimelineRow[];
  readonly columns: number;
}

export interface TimelineRow {
  readonly operation: CounterexampleOperation;
  readonly process: string;
  /** `write 1`, `read → 2`. */
  readonly what: string;
  /** Columns of the two ends; an open operation goes on past the last column. */
  readonly from: number;
  readonly to: number | null;
  readonly lines: string;
}

export function layOut(counterexample: Counterexample): Timeline {
  const { key, initial, initialLine, operations, operationsOfKey } = counterexample;
  const first = initialLine === null ? 'at first' : `at line ${initialLine}`;
  const shown = operations.slice(-ROWS_MAX);
  const ranks = shown.flatMap(({ invokeRank, returnRank }) =>
    returnRank === null ? [invokeRank] : [invokeRank, returnRank],
  );
  const columns = new Map(ranks.sort((one, other) => one - other).map((rank, index) => [rank, index]));
  return {
    title: `key ${shortJson(key)}, ${first} ${shortJson(initial)}: ${operations.length} of its ${operationsOfKey} operations have no order`,
    notes: notes(counterexample, operations.length - shown.length),
    rows: shown.map((operation) => ({
      operation,
      process: `p${operation.process}`,
      what: describeOperation(operation),
      from: columns.get(operation.invokeRank)!,
      to: operation.returnRank === null ? null : columns.get(operation.returnRank)!,
      lines:
        operation.returnLine === null
          ? `line ${operation.invokeLine}`
          : `lines ${operation.invokeLine}, ${operation.returnLine}`,
    })),
    columns: columns.size,
  };
}

function notes({ operations, because, reached, isMinimal }: Counterexample, hidden: number): string[] {
  const placed = operations.filter(({ place }) => place !== null).length;
  const list = [
    placed === 0
      ? 'No operation can be the first.'
      : `Numbers: the longest order that was found. It places ${placed} of ${operations.length} operations; the value is ${shortJson(reached)} then.`,
    `✗: ${because}.`,
  ];
  if (hidden > 0) list.push(`${hidden} earlier operations are not shown.`);
  if (operations.some(({ isCutShort }) => isCutShort))
    list.push('~: completed only after the contradiction, so it counts as still under way.');
  if (!isMinimal) list.push('Fewer operations may do: shrinking was ended by its limit.');
  return list;
}

export function describeOperation({ f, input, output, returnNs }: Operation): string {
  if (f === 'read' || f === 'get') return `${f} → ${shortJson(output)}`;
  if (f === 'cas') {
    const [expected, next] = input as [JsonValue, JsonValue];
    return `cas ${shortJson(expected, 16)} ⇒ ${shortJson(next, 16)}`;
  }
  const told = f === 'append' && returnNs !== null && output !== input ? ` → ${shortJson(output)}` : '';
  return `${f} ${shortJson(input)}${told}`;
}

/** What stands at the bar: the place in the order, or why there is none. */
export function markOf({ place, isImpossible, returnRank }: CounterexampleOperation): string {
  if (isImpossible) return '✗';
  if (place !== null) return `${place}`;
  return returnRank === null ? '?' : '·';
}
