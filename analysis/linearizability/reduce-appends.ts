import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';
import { ABSENT, type ValueTable } from './values.js';
import { observedBy, producedBy } from './zones.js';

/** Appended pieces have few different lengths as a rule; with more, looking for them takes too long. */
const PIECE_LENGTHS_MAX = 64;
/** Characters looked through at most. */
const CHARACTERS_MAX = 1_000_000_000;

/**
 * Turns a key with appends into a register, where the values tell in which state each append took effect.
 *
 * If a value was observed and one operation alone can have made it, and that is an append, then this append found the value without the piece: it is a
 * cas from that to this, and what it found was there too, so the same holds for it. An append that made nothing of what had to be there made something
 * that nobody observed: it is a write of such a value. The register is linearizable if and only if the key is.
 *
 * @returns null when a value may have been made in two ways; `impossible` when it cannot have been made at all
 */
export function reduceAppends(history: KeyHistory): KeyHistory | 'impossible' | null {
  const { operations, values, initial } = history;
  const isPlain = (value: number) => values.lengthOf(value) >= 0;
  if (!isPlain(initial)) return null;
  for (const operation of operations) {
    if (operation.kind === KIND.append && values.lengthOf(operation.a) === 0) return null;
    // An append cannot follow what is no string, so it would be more than a write.
    const produced = producedBy(operation);
    if (operation.kind !== KIND.append && produced !== -1 && !isPlain(produced)) return null;
  }
  const origins = new Origins(history);
  if (origins.pieceLengthCount > PIECE_LENGTHS_MAX) return null;
  const made = assignAppends(history, origins);
  if (made === null || made === 'impossible') return made;
  const unobserved = values.anonymous();
  const reduced = operations.flatMap((operation, place): KeyOperation[] => {
    if (operation.kind !== KIND.append) return [operation];
    const step = made.get(place);
    if (step !== undefined) return [{ ...operation, kind: KIND.cas, a: step.from, b: step.to, whole: -1 }];
    return operation.ret === OPEN ? [] : [{ ...operation, kind: KIND.write, a: unobserved }];
  });
  return { ...history, operations: reduced };
}

/** A way in which a value came to be there: by an operation, from another value if it is an append or a cas. The beginning is operation -1. */
interface Origin {
  readonly operation: number;
  /** -1 when any value may have been there. */
  readonly from: number;
}

interface Step {
  readonly from: number;
  readonly to: number;
}

/** By place: what each append found and left, as far as it had to. */
function assignAppends(
  { operations }: KeyHistory,
  origins: Origins,
): ReadonlyMap<number, Step> | 'impossible' | null {
  const made = new Map<number, Step>();
  const required = new Set<number>();
  for (const [place, operation] of operations.entries()) {
    if (operation.ret === OPEN) continue;
    const told = operation.kind === KIND.append ? operation.whole : -1;
    const value = told === -1 ? observedBy(operation) : told;
    if (told !== -1) {
      const from = origins.of(told)?.filter((origin) => origin.operation === place);
      if (from === undefined || from.length > 1) return null;
      if (from[0] === undefined) return 'impossible';
      made.set(place, { from: from[0].from, to: told });
      required.add(from[0].from);
    } else if (value !== -1) required.add(value);
  }
  // A set yields what is added to it meanwhile.
  for (const value of required) {
    const ways = origins.of(value);
    if (ways === null || ways.length > 1) return null;
    const [way] = ways;
    if (way === undefined) return 'impossible';
    if (way.from !== -1) required.add(way.from);
    if (way.operation === -1 || operations[way.operation]!.kind !== KIND.append) continue;
    const before = made.get(way.operation);
    if (before !== undefined && (before.to !== value || before.from !== way.from)) return 'impossible';
    made.set(way.operation, { from: way.from, to: value });
  }
  return made;
}

/** Finds every way in which a value can have come to be there, and whether its parts can have been there before. */
class Origins {
  isExhausted = false;
  readonly #history: KeyHistory;
  readonly #values: ValueTable;
  /** Writes and cas, by what they leave. */
  readonly #changes = new Map<number, Origin[]>();
  /** Appends, by what they append. */
  readonly #pieces = new Map<string, number[]>();
  readonly #pieceLengths: readonly number[];
  readonly #known = new Map<number, readonly Origin[]>();
  #charactersLeft = CHARACTERS_MAX;

  constructor(history: KeyHistory) {
    this.#history = history;
    this.#values = history.values;
    const { operations, initial, values } = history;
    this.#changes.set(initial, [{ operation: -1, from: -1 }]);
    operations.forEach((operation, place) => {
      if (operation.kind === KIND.append) {
        const piece = String(values.value(operation.a));
        const places = this.#pieces.get(piece);
        if (places === undefined) this.#pieces.set(piece, [place]);
        else places.push(place);
        return;
      }
      const value = producedBy(operation);
      if (value === -1) return;
      const origin = { operation: place, from: operation.kind === KIND.cas ? operation.a : -1 };
      const list = this.#changes.get(value);
      if (list === undefined) this.#changes.set(value, [origin]);
      else list.push(origin);
    });
    this.#pieceLengths = [...new Set([...this.#pieces.keys()].map(({ length }) => length))];
  }

  get pieceLengthCount(): number {
    return this.#pieceLengths.length;
  }

  /** The ways that lead to a value, without those over values that nothing leads to; null when it takes too long. Deep, so it does not recur. */
  of(value: number): readonly Origin[] | null {
    const path = [value];
    while (path.length > 0) {
      const top = path.at(-1)!;
      if (this.#known.has(top)) {
        path.pop();
        continue;
      }
      const appends = this.#appendsTo(top);
      if (this.isExhausted) return null;
      const unknown = appends.filter(({ from }) => !this.#known.has(from));
      if (unknown.length > 0) {
        path.push(...unknown.map(({ from }) => from));
        continue;
      }
      const possible = appends.filter(({ from }) => this.#known.get(from)!.length > 0);
      this.#known.set(top, [...(this.#changes.get(top) ?? []), ...possible]);
      path.pop();
    }
    return this.#known.get(value)!;
  }

  #appendsTo(value: number): Origin[] {
    const text = this.#values.value(value);
    if (typeof text !== 'string') return [];
    const found: Origin[] = [];
    for (const length of this.#pieceLengths) {
      if (length > text.length) continue;
      const places = this.#pieces.get(text.slice(text.length - length));
      if (places === undefined) continue;
      this.#charactersLeft -= text.length;
      if (this.#charactersLeft < 0) this.isExhausted = true;
      const rest = text.slice(0, text.length - length);
      const froms = rest === '' ? [ABSENT, this.#values.intern('')] : [this.#values.intern(rest)];
      for (const operation of places) {
        const { whole } = this.#history.operations[operation]!;
        if (whole === -1 || whole === value) found.push(...froms.map((from) => ({ operation, from })));
      }
    }
    return found;
  }
}
