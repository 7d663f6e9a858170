import type { HistoryEvent } from '../../../results/schema/history.js';
import type { JsonValue } from '../values.js';

type F = HistoryEvent['f'];

export interface Recipe {
  readonly operations: number;
  readonly processes: number;
  readonly functions: readonly F[];
  /** The value that a write, cas or append writes. */
  readonly value: (random: () => number, count: number) => JsonValue;
  /** Shares of operations from 0 to 1 that fail, or have no known end. */
  readonly failed?: number;
  readonly open?: number;
  /** Longest wait before and within an operation. */
  readonly latencyNsMax: number;
  readonly keys?: number;
  /** Appends return the whole value. */
  readonly tellsWhole?: boolean;
}

/** With what reads return and cas expect. */
export interface RandomRecipe extends Recipe {
  readonly values: readonly JsonValue[];
}

interface Client {
  process: number;
  freeAt: number;
}

/**
 * What clients of a real sequential object see: each operation takes effect at one moment between its invocation and its completion. Linearizable by
 * construction, whatever the recipe.
 */
export function honestHistory(random: () => number, recipe: Recipe): HistoryEvent[] {
  const { operations, processes, functions, failed = 0, open = 0, latencyNsMax, keys = 1 } = recipe;
  const wait = () => Math.floor(random() * latencyNsMax);
  const clients: Client[] = Array.from({ length: processes }, (_, process) => ({ process, freeAt: wait() }));
  let nextProcess = processes;
  const plans = Array.from({ length: operations }, (_, count) => {
    const client = clients.reduce((first, other) => (other.freeAt < first.freeAt ? other : first));
    const invokeNs = client.freeAt;
    const effectNs = invokeNs + wait() + 1;
    const returnNs = effectNs + wait() + 1;
    const fate = random();
    const isOpen = fate < open;
    const plan = {
      process: client.process,
      f: functions[Math.floor(random() * functions.length)]!,
      key: `k${Math.floor(random() * keys)}`,
      value: recipe.value(random, count),
      invokeNs,
      // An open operation may take effect long after everybody stopped waiting for it.
      effectNs: isOpen ? effectNs + Math.floor(random() * 5) * latencyNsMax : effectNs,
      returnNs,
      isOpen,
      hasEffect: isOpen ? random() < 0.5 : fate >= open + failed,
    };
    client.freeAt = returnNs + wait() + 1;
    if (isOpen) {
      client.process = nextProcess;
      nextProcess += 1;
    }
    return plan;
  });
  const state = new Map<string, JsonValue>();
  const events: { readonly at: number; readonly event: HistoryEvent }[] = [];
  for (const plan of [...plans].sort((one, other) => one.effectNs - other.effectNs)) {
    const { process, f, key, invokeNs, returnNs, isOpen, hasEffect } = plan;
    const before = state.get(key) ?? null;
    const isRead = f === 'read' || f === 'get';
    // A cas that expects what is there half of the time.
    const expected = random() < 0.6 ? before : recipe.value(random, Math.floor(random() * operations));
    const value: JsonValue = isRead ? null : f === 'cas' ? [expected, plan.value] : plan.value;
    const fits = f !== 'cas' || JSON.stringify(expected) === JSON.stringify(before);
    const after =
      isRead || !hasEffect || !fits ? before : f === 'append' ? `${before ?? ''}${plan.value}` : plan.value;
    state.set(key, after);
    const output = isRead ? before : f === 'append' && recipe.tellsWhole === true ? after : value;
    const common = { process, f, key };
    events.push({ at: invokeNs, event: { ...common, type: 'invoke', value, time: invokeNs } });
    const type = isOpen ? 'info' : hasEffect && fits ? 'ok' : 'fail';
    events.push({ at: returnNs, event: { ...common, type, value: output, time: returnNs } });
  }
  return events.sort((one, other) => one.at - other.at).map(({ event }) => event);
}

/** Anything at all, honest or not: for histories of which both verdicts should be frequent. Few distinct times, so that many are equal. */
export function randomHistory(random: () => number, recipe: RandomRecipe): HistoryEvent[] {
  const { operations, processes, functions, failed = 0, open = 0, latencyNsMax, values } = recipe;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const wait = () => Math.floor(random() * latencyNsMax);
  const clients: Client[] = Array.from({ length: processes }, (_, process) => ({ process, freeAt: wait() }));
  let nextProcess = processes;
  const events: HistoryEvent[] = [];
  for (let count = 0; count < operations; count += 1) {
    const client = pick(clients);
    const f = pick(functions);
    const isRead = f === 'read' || f === 'get';
    const written = recipe.value(random, count);
    const value: JsonValue = isRead ? null : f === 'cas' ? [pick(values), written] : written;
    const output = isRead || (f === 'append' && random() < 0.5) ? pick(values) : value;
    const fate = random();
    const type = fate < open ? 'info' : fate < open + failed ? 'fail' : 'ok';
    const invokeNs = client.freeAt;
    const returnNs = invokeNs + wait();
    client.freeAt = returnNs + (random() < 0.3 ? 0 : wait());
    const { process } = client;
    events.push({ process, type: 'invoke', f, key: 'k', value, time: invokeNs });
    // An append cannot have returned anything but a string.
    const told = f === 'append' && typeof output !== 'string' ? value : output;
    if (type !== 'info' || random() < 0.5)
      events.push({ process, type, f, key: 'k', value: told, time: returnNs });
    if (type === 'info') {
      client.process = nextProcess;
      nextProcess += 1;
    }
  }
  return events;
}
