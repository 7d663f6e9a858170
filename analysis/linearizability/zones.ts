import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';

/**
 * Decides a register whose observed values were each produced once, in O(n log n) (Gibbons & Korach 1997, section 4, "read mapping").
 *
 * Then it is known which operation a read or cas got its value from, and everything around one value is a zone: its producer, its readers, and the
 * cas that took it away and produced the next value, at once followed by the zone of that. A chain of zones linked by cas stands in the
 * linearization as one block without anything between. What is left to decide is
 * - inside a block, whose order is known: that nothing returned before something ahead of it was invoked;
 * - between blocks X and Y: X has to precede Y when something in X returned before something in Y was invoked, that is when the least return in X is
 *   below the greatest invocation in Y. There is an order of all blocks unless two have to precede each other.
 *
 * @returns null when it does not apply: a value that matters was produced twice, there are appends, or an order within a process that times do not show
 */
export function decideByZones(history: KeyHistory): boolean | null {
  const { operations } = history;
  if (operations.some(({ kind, after }) => kind === KIND.append || after !== -1)) return null;
  const producers = new Map<number, KeyOperation[]>();
  for (const operation of operations) {
    const value = producedBy(operation);
    if (value === -1) continue;
    const list = producers.get(value);
    if (list === undefined) producers.set(value, [operation]);
    else list.push(operation);
  }
  const needed = neededValues(history, producers);
  for (const value of needed) {
    const count = (producers.get(value)?.length ?? 0) + (value === history.initial ? 1 : 0);
    if (count > 1) return null;
  }
  const blocks = buildBlocks(history, needed, producers);
  return blocks !== null && haveOrder(blocks);
}

/** The value that the register gets, -1 when the operation changes nothing. */
export function producedBy({ kind, a, b }: KeyOperation): number {
  if (kind === KIND.write) return a;
  return kind === KIND.cas && a !== b ? b : -1;
}

/** The value that the operation has to find, -1 for a write. */
export function observedBy({ kind, a }: KeyOperation): number {
  return kind === KIND.read || kind === KIND.cas ? a : -1;
}

/** Values that completed operations found, and those that an open cas had to find for it: the rest need never have been there. */
function neededValues(
  history: KeyHistory,
  producers: ReadonlyMap<number, readonly KeyOperation[]>,
): Set<number> {
  const needed = new Set<number>();
  for (const operation of history.operations) if (operation.ret !== OPEN) needed.add(observedBy(operation));
  needed.delete(-1);
  // A set yields what is added to it meanwhile.
  for (const value of needed)
    for (const producer of producers.get(value) ?? []) if (producer.kind === KIND.cas) needed.add(producer.a);
  return needed;
}

/** A run of operations that stand together, as its ends: the least return and the greatest invocation. */
interface Block {
  readonly leastReturn: number;
  readonly greatestInvocation: number;
}

/** The blocks, or null when there is no way to put the operations into blocks. */
function buildBlocks(
  { operations, initial }: KeyHistory,
  needed: ReadonlySet<number>,
  producers: ReadonlyMap<number, readonly KeyOperation[]>,
): Block[] | null {
  const readers = new Map<number, KeyOperation[]>();
  const takers = new Map<number, KeyOperation>();
  const blocks: Block[] = [];
  const roots: (KeyOperation | null)[] = [null];
  let unplaced = 0;
  for (const operation of operations) {
    const observed = observedBy(operation);
    const produced = producedBy(operation);
    if (operation.ret === OPEN && !needed.has(produced)) continue;
    if (observed === -1 && !needed.has(produced)) {
      blocks.push({ leastReturn: operation.ret, greatestInvocation: operation.inv });
      continue;
    }
    unplaced += 1;
    if (observed === -1) roots.push(operation);
    else if (produced === -1) {
      const list = readers.get(observed);
      if (list === undefined) readers.set(observed, [operation]);
      else list.push(operation);
    } else if (takers.has(observed)) return null;
    else takers.set(observed, operation);
  }
  for (const root of roots) {
    const chain = new Chain();
    if (root !== null && !chain.add([root])) return null;
    let value = root === null ? initial : root.a;
    for (;;) {
      if (!chain.add(readers.get(value) ?? [])) return null;
      const taker = takers.get(value);
      if (taker === undefined) break;
      if (!chain.add([taker])) return null;
      value = taker.b;
      // A value that nobody needs may have been produced twice: it ends the chain.
      if (!needed.has(value)) break;
    }
    unplaced -= chain.size;
    // What was there from the beginning precedes everything.
    if (root === null) blocks.push({ leastReturn: -1, greatestInvocation: chain.greatestInvocation });
    else blocks.push(chain);
  }
  // What is left observes values of which none was produced by a write or there at first.
  return unplaced === 0 && [...needed].every((value) => value === initial || producers.has(value))
    ? blocks
    : null;
}

class Chain implements Block {
  leastReturn: number = OPEN;
  greatestInvocation = -1;
  size = 0;

  /** Operations behind all that were added before, among each other in any order. False when one returned before something ahead of it was invoked. */
  add(operations: readonly KeyOperation[]): boolean {
    const ahead = this.greatestInvocation;
    for (const { inv, ret } of operations) {
      if (ret < ahead) return false;
      this.greatestInvocation = Math.max(this.greatestInvocation, inv);
      this.leastReturn = Math.min(this.leastReturn, ret);
      this.size += 1;
    }
    return true;
  }
}

/**
 * False when two blocks have to precede each other: the ranges [least return, greatest invocation] of two overlap, or such a range holds the whole
 * range [greatest invocation, least return] of a block whose operations all overlap.
 */
function haveOrder(blocks: readonly Block[]): boolean {
  const forward = blocks
    .filter(({ leastReturn, greatestInvocation }) => leastReturn < greatestInvocation)
    .sort((one, other) => one.leastReturn - other.leastReturn);
  for (let at = 1; at < forward.length; at += 1)
    if (forward[at]!.leastReturn < forward[at - 1]!.greatestInvocation) return false;
  return blocks.every(({ leastReturn, greatestInvocation }) => {
    if (leastReturn < greatestInvocation) return true;
    const around = lastBelow(forward, greatestInvocation);
    return around === undefined || leastReturn >= around.greatestInvocation;
  });
}

/** The last of the blocks, sorted by least return, whose least return is below `rank`. */
function lastBelow(blocks: readonly Block[], rank: number): Block | undefined {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.leastReturn < rank) low = middle + 1;
    else high = middle;
  }
  return blocks[low - 1];
}
