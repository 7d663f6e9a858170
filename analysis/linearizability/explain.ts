import { asRegister } from './check-key.js';
import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';
import type { Operation } from './operations.js';
import { search } from './search.js';
import { SearchBudget } from './search-budget.js';
import { shortJson } from './short-json.js';
import type { Shrunk } from './shrink.js';
import { canonicalJson, type JsonValue } from './values.js';
import type { Counterexample, CounterexampleOperation } from './verdict.js';

/** To find how far an order gets; the verdict stands without it. */
const STEPS_MAX = 50_000;
const MEMO_BYTES_MAX = 64 * 1024 * 1024;

/** What a person needs to see why there is no order: the operations, the longest order that could be found, and what cannot come next. */
export function explain(
  { history, isMinimal, initialFrom }: Shrunk,
  whole: KeyHistory,
  operations: readonly Operation[],
): Counterexample {
  const budget = new SearchBudget(STEPS_MAX, MEMO_BYTES_MAX, () => false);
  // As a register if possible: there the search gets to the point sooner.
  const register = asRegister(history);
  const searched = register === 'impossible' ? history : register;
  const found = search(searched, budget, { longest: true }).longest ?? [];
  const placeOf = new Map(history.operations.map(({ id }, index) => [id, index]));
  const longest = found.map((index) => placeOf.get(searched.operations[index]!.id)!);
  const places = new Map(longest.map((operation, index) => [operation, index + 1]));
  const impossible = firstLeftOut(history, places);
  const reached = replay(history, longest);
  const returns = new Map(whole.operations.map(({ id, ret }) => [id, ret]));
  return {
    key: history.key,
    initial: history.values.value(history.initial),
    initialLine: initialFrom === null ? null : operations[initialFrom]!.returnLine,
    operations: history.operations.map((operation, index): CounterexampleOperation => {
      const { id, inv, ret } = operation;
      return {
        ...operations[id]!,
        invokeRank: inv,
        returnRank: ret === OPEN ? null : ret,
        place: places.get(index) ?? null,
        isImpossible: index === impossible,
        isCutShort: ret === OPEN && returns.get(id) !== OPEN,
      };
    }),
    operationsOfKey: whole.operations.length,
    reached,
    because: reason(history, places, impossible, reached),
    isMinimal,
  };
}

/** Of the completed operations without a place, the one that returned first: everything else must wait for it. */
function firstLeftOut({ operations }: KeyHistory, places: ReadonlyMap<number, number>): number {
  let found = -1;
  operations.forEach(({ ret }, index) => {
    if (ret === OPEN || places.has(index)) return;
    if (found === -1 || ret < operations[found]!.ret) found = index;
  });
  return found;
}

function replay({ operations, initial, values }: KeyHistory, order: readonly number[]): JsonValue {
  let state = initial;
  for (const index of order) {
    const { kind, a, b } = operations[index]!;
    if (kind === KIND.write) state = a;
    if (kind === KIND.cas) state = b;
    if (kind === KIND.append) state = values.append(state, a);
  }
  return values.value(state);
}

function reason(
  history: KeyHistory,
  places: ReadonlyMap<number, number>,
  impossible: number,
  reached: JsonValue,
): string {
  const { operations, values } = history;
  const operation = operations[impossible];
  if (operation === undefined) return 'no order of these operations gives what they returned';
  const present = `the value is ${shortJson(reached)} ${places.size === 0 ? 'at first' : 'then'}`;
  if (operation.kind === KIND.write)
    return `${present}, and no order in which this write takes effect agrees with what was read later`;
  if (operation.kind === KIND.append)
    return operation.whole === -1
      ? `${present}, and no order in which this append takes effect agrees with what was read later`
      : `${present}, and this append left ${shortJson(values.value(operation.whole))}`;
  const wanted = values.value(operation.a);
  const verb = operation.kind === KIND.read ? 'read' : 'found';
  if (canonicalJson(reached) === canonicalJson(wanted))
    return `${present}, but with this operation here, one that returned earlier has no place any more`;
  return `${present}, but this operation ${verb} ${shortJson(wanted)}, and ${missingProducer(operation, history, places)}`;
}

/** Why the value that is wanted cannot come to be there. */
function missingProducer(
  wanting: KeyOperation,
  { operations, initial }: KeyHistory,
  places: ReadonlyMap<number, number>,
): string {
  if (operations.some(({ kind }) => kind === KIND.append))
    return 'no order of the changes up to its end gives that value';
  const producers = operations
    .map((operation, index) => ({ operation, index }))
    .filter(
      ({ operation: { kind, a, b } }) =>
        (kind === KIND.write && a === wanting.a) || (kind === KIND.cas && b === wanting.a),
    );
  if (producers.length === 0)
    return wanting.a === initial ? 'what was there at first is overwritten' : 'none of these wrote that';
  if (producers.every(({ operation }) => operation.inv > wanting.ret))
    return 'that was written only after it had returned';
  if (producers.every(({ index }) => places.has(index))) return 'what wrote that is overwritten';
  return 'no write of that fits before its end';
}
