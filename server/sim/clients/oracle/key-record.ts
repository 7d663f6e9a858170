import { Violation } from '../../violation.js';

/** Every value is made of these, in the order in which they were written; each is written once. */
export const TOKEN_END = ';';
/** Appends that were acknowledged last and are looked for in every value. */
const APPENDS_KEPT = 8;
/** Revisions that were seen last, to notice a compare-and-set that overlooked one. */
const REVISIONS_KEPT = 64;

interface Write {
  readonly token: string;
  readonly isAppend: boolean;
  /** `fail`: the client was told that it has no effect. */
  state: 'open' | 'ok' | 'fail';
  /** 0 while it is not known. */
  revision: number;
}

/**
 * What is known of one key that is never deleted, and holds for everything that anybody is shown of it from then on. Revisions of the store order
 * all writes, so a look at the newest ones says at once whether a value is made up, out of date or lost.
 */
export class KeyRecord {
  readonly key: string;
  /** The highest revision that anybody was shown. */
  floor = 0;
  readonly #writes = new Map<string, Write>();
  readonly #valueAt = new Map<number, string>();
  #recent: number[] = [];
  #appends: Write[] = [];

  constructor(key: string) {
    this.key = key;
  }

  /** Before the request leaves. */
  begin(token: string, isAppend: boolean): void {
    this.#writes.set(token, { token, isAppend, state: 'open', revision: 0 });
  }

  /** The client was told that nothing happened or will. */
  failed(token: string): void {
    const write = this.#writes.get(token)!;
    write.state = 'fail';
    if (write.revision !== 0)
      this.#violation('no effect', `${token} took effect, and its client is told that it did not`);
  }

  /** Acknowledged at `revision`; `floor` is what was known when the request left. */
  written(token: string, revision: number, floor: number): void {
    if (revision <= floor)
      this.#violation(
        'lost acknowledged write',
        `${token} is written at revision ${revision}, seen before was ${floor}`,
      );
    const write = this.#writes.get(token)!;
    write.state = 'ok';
    this.#place(write, revision);
    if (write.isAppend) {
      this.#appends.push(write);
      if (this.#appends.length > APPENDS_KEPT) this.#appends.shift();
    } else this.#seen(revision, token);
    this.#raise(revision);
  }

  /** Whoever compared with `expected` and wrote at `revision` must not have overlooked a write between. */
  swapped(expected: number, revision: number): void {
    const between = this.#recent.find((seen) => seen > expected && seen < revision);
    if (between !== undefined)
      this.#violation(
        'lost update',
        `a compare-and-set against revision ${expected} wrote ${revision}, between was ${between}`,
      );
  }

  /** A state of the key that somebody was shown; `floor`: what it must not be behind. */
  shown(value: string | null, revision: number, floor: number): void {
    if ((value === null) !== (revision === 0))
      this.#violation('made-up value', `value ${value} with revision ${revision}`);
    if (revision < floor)
      this.#violation('stale read', `revision ${revision} is shown (${value}), seen before was ${floor}`);
    if (value === null) return;
    this.#seen(revision, value);
    this.#raise(revision);
  }

  #seen(revision: number, value: string): void {
    const known = this.#valueAt.get(revision);
    if (known === value) return;
    if (known !== undefined)
      this.#violation('made-up value', `revision ${revision} is ${known} and ${value}`);
    this.#valueAt.set(revision, value);
    this.#checkTokens(value, revision);
  }

  #checkTokens(value: string, revision: number): void {
    const tokens = value
      .split(TOKEN_END)
      .slice(0, -1)
      .map((token) => token + TOKEN_END);
    if (tokens.length === 0) this.#violation('made-up value', `${value} at revision ${revision}`);
    if (new Set(tokens).size !== tokens.length)
      this.#violation('applied twice', `${value} at revision ${revision}`);
    for (const [at, token] of tokens.entries()) this.#checkToken(token, at, value);
    this.#place(this.#writes.get(tokens.at(-1)!)!, revision);
    this.#checkAppends(tokens, revision);
  }

  #checkToken(token: string, at: number, value: string): void {
    const write = this.#writes.get(token);
    if (write === undefined) this.#violation('made-up value', `nobody wrote ${token} of ${value}`);
    if (!write.isAppend && at > 0)
      this.#violation('made-up value', `${token} was not appended, and stands in ${value}`);
    if (write.state === 'fail')
      this.#violation('no effect', `${token} is in ${value}, and its client was told that it has no effect`);
  }

  /** A value keeps all that was appended since its first write. */
  #checkAppends(tokens: readonly string[], revision: number): void {
    const first = this.#writes.get(tokens[0]!)!.revision;
    if (first === 0) return;
    for (const append of this.#appends) {
      if (append.revision <= first || append.revision > revision || tokens.includes(append.token)) continue;
      this.#violation(
        'lost acknowledged write',
        `${append.token}, appended at revision ${append.revision}, is not in ${tokens.join('')} of ${revision}`,
      );
    }
  }

  /** One write has one revision: a second one would be a second effect. */
  #place(write: Write, revision: number): void {
    if (write.revision !== 0 && write.revision !== revision)
      this.#violation('applied twice', `${write.token} at revisions ${write.revision} and ${revision}`);
    write.revision = revision;
  }

  #raise(revision: number): void {
    if (revision > this.floor) this.floor = revision;
    if (this.#recent.includes(revision)) return;
    this.#recent.push(revision);
    if (this.#recent.length > REVISIONS_KEPT) this.#recent.shift();
  }

  #violation(check: string, message: string): never {
    throw new Violation(check, `key ${this.key}: ${message}`);
  }
}
