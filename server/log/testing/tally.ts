import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/** Counts what became of each case of a matrix. A silent acceptance is one that nothing allows: there must be none. */
export class Tally<Kind extends string> {
  readonly #counts = new Map<Kind, number>();
  readonly #silent: string[] = [];

  add(kind: Kind): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  silent(what: string): void {
    this.#silent.push(what);
  }

  count(kind: Kind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** Tells the counts and fails on a silent acceptance, naming the first ones. */
  end(t: TestContext): void {
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, this.#silent.length);
    const kinds = [...this.#counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    t.diagnostic(`${total} cases: ${kinds}, ${this.#silent.length} silent acceptances`);
    assert.deepEqual(this.#silent.slice(0, 5), []);
  }
}
