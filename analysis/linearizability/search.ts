import { AppendModel } from './append-model.js';
import { Candidates } from './candidates.js';
import { ConfigMemo } from './config-memo.js';
import { type KeyHistory, KIND } from './key-history.js';
import { RegisterModel } from './register-model.js';
import type { Exhausted, SearchBudget } from './search-budget.js';
import { Window } from './window.js';

export interface SearchResult {
  readonly outcome: 'linearizable' | 'not-linearizable' | Exhausted;
  /** The longest order found, as places in the key's operations; the whole linearization if there is one. Null unless asked for. */
  readonly longest: readonly number[] | null;
}

/**
 * Looks for a linearization of one key by depth-first search (Wing & Gong 1993), with the list of pending events and the memory of configurations seen
 * that Lowe 2017 gave it. A configuration is named by its state and the operations that are pending at the first completion not placed: all that
 * returned earlier is placed, all that was invoked later is not. What makes a step cheap or unnecessary stands in `window.ts` and `candidates.ts`.
 */
export function search(
  history: KeyHistory,
  budget: SearchBudget,
  options: { readonly longest: boolean },
): SearchResult {
  return new Search(history, budget, options.longest).run();
}

/** A configuration with a choice: where to go back to and what is left to try. */
interface Frame {
  readonly placedCount: number;
  next: number;
  readonly end: number;
}

class Search {
  readonly #window: Window;
  readonly #candidates: Candidates;
  readonly #memo: ConfigMemo;
  readonly #budget: SearchBudget;
  readonly #isHopelessAtFirst: boolean;
  readonly #frames: Frame[] = [];
  #longest: number[] | null;

  constructor(history: KeyHistory, budget: SearchBudget, wantsLongest: boolean) {
    const appends = history.operations.some(({ kind }) => kind === KIND.append);
    const model = appends ? new AppendModel(history) : new RegisterModel(history);
    this.#isHopelessAtFirst = model instanceof RegisterModel && model.isShortAtFirst() && !wantsLongest;
    this.#window = new Window(history, model);
    this.#candidates = new Candidates(history, model, this.#window);
    this.#memo = new ConfigMemo(budget.memoBytesMax);
    this.#budget = budget;
    this.#longest = wantsLongest ? [] : null;
  }

  run(): SearchResult {
    if (this.#isHopelessAtFirst) return { outcome: 'not-linearizable', longest: null };
    let isArrived = true;
    for (;;) {
      if (isArrived) {
        const arrival = this.#arrive();
        if (arrival === 'complete') return this.#result('linearizable');
        if (arrival === 'stuck') this.#keepLongest();
      }
      const frame = this.#frames.at(-1);
      if (frame === undefined) return this.#result('not-linearizable');
      this.#window.goBack(frame.placedCount);
      if (frame.next === frame.end) {
        this.#frames.pop();
        this.#candidates.drop(this.#frames.at(-1)?.end ?? 0);
        if (!this.#remember()) return this.#result('memory');
        isArrived = false;
        continue;
      }
      const operation = this.#candidates.at(frame.next);
      frame.next += 1;
      const exhausted = this.#budget.spend();
      if (exhausted !== null) return this.#result(exhausted);
      isArrived = this.#window.place(operation);
      if (!isArrived) this.#keepLongest();
    }
  }

  /** Places what needs no choice, and opens a frame for what does. */
  #arrive(): 'complete' | 'stuck' | 'open' {
    const window = this.#window;
    window.settle();
    if (window.isComplete) return 'complete';
    if (this.#memo.size > 0 && this.#memo.has(window.key, window.describe())) return 'stuck';
    const start = this.#candidates.end;
    if (!this.#candidates.collect()) return 'stuck';
    this.#frames.push({ placedCount: window.placedCount, next: start, end: this.#candidates.end });
    return 'open';
  }

  #remember(): boolean {
    this.#window.settle();
    return this.#memo.add(this.#window.key, this.#window.describe());
  }

  #keepLongest(): void {
    if (this.#longest !== null && this.#window.completedCount > this.#longestCompleted)
      [this.#longest, this.#longestCompleted] = [this.#window.order(), this.#window.completedCount];
  }

  #longestCompleted = 0;

  #result(outcome: SearchResult['outcome']): SearchResult {
    const longest = outcome === 'linearizable' ? this.#window.order() : this.#longest;
    return { outcome, longest };
  }
}
