import { StrataError } from '../../errors.js';

export interface JsonLimits {
  /** Objects and arrays inside each other. */
  readonly depthMax: number;
  /** Values and names in the whole document. */
  readonly elementsMax: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const wholeNumber = /^(?:0|-?[1-9]\d*)$/;
/** Characters of a number or of true, false, null. */
const wordCharacter = /[\w+\-.]/;

/**
 * A JSON document that means one thing only. Before `JSON.parse` makes anything of it, it is read over once: nesting and number of elements
 * are bounded, no object has a name twice (parsers differ in which one counts), and numbers are whole and exact: above 2^53 they would
 * silently become others.
 *
 * @throws StrataError STRATA_COMMAND_INVALID
 */
export function parseStrictJson(body: Uint8Array, limits: JsonLimits): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw jsonInvalid('the body is not UTF-8');
  }
  new Scanner(text, limits).run();
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw jsonInvalid('the body is not JSON');
  }
}

/** Finds the tokens and nothing more: what is wrong with their order, `JSON.parse` tells. */
class Scanner {
  readonly #text: string;
  readonly #limits: JsonLimits;
  /** Of each open object the names it has, of each open array null. */
  readonly #open: (Set<string> | null)[] = [];
  #elements = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  run(): void {
    const text = this.#text;
    let at = 0;
    while (at < text.length) {
      const character = text[at]!;
      if (character === '"') at = this.#string(at);
      else if (character === '{' || character === '[') {
        this.#enter(character === '{' ? new Set() : null);
        at += 1;
      } else if (character === '}' || character === ']') {
        this.#open.pop();
        at += 1;
      } else if (wordCharacter.test(character)) at = this.#word(at);
      else at += 1;
    }
  }

  #enter(names: Set<string> | null): void {
    this.#count();
    this.#open.push(names);
    if (this.#open.length > this.#limits.depthMax) {
      throw jsonInvalid(`the body is nested deeper than ${this.#limits.depthMax}`);
    }
  }

  /** Gives where the string ends. */
  #string(start: number): number {
    const text = this.#text;
    let end = start + 1;
    let hasEscape = false;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (code === 0x22) break;
      if (code === 0x5c) {
        hasEscape = true;
        end += 1;
      }
      if (!(end < text.length)) throw jsonInvalid('the body is not JSON');
    }
    end += 1;
    this.#count();
    const names = this.#open.at(-1);
    if (names !== undefined && names !== null && this.#isName(end)) {
      this.#name(names, hasEscape ? String(parse(text.slice(start, end))) : text.slice(start + 1, end - 1));
    }
    return end;
  }

  #isName(end: number): boolean {
    let at = end;
    while (' \t\n\r'.includes(this.#text[at] ?? 'x')) at += 1;
    return this.#text[at] === ':';
  }

  #name(names: Set<string>, name: string): void {
    if (names.has(name))
      throw jsonInvalid(`an object has the name ${JSON.stringify(name.slice(0, 64))} twice`);
    names.add(name);
  }

  #word(start: number): number {
    const text = this.#text;
    let end = start + 1;
    while (end < text.length && wordCharacter.test(text[end]!)) end += 1;
    this.#count();
    const word = text.slice(start, end);
    if (word === 'true' || word === 'false' || word === 'null') return end;
    if (!wholeNumber.test(word) || !Number.isSafeInteger(Number(word))) {
      const shown = JSON.stringify(word.slice(0, 64));
      throw jsonInvalid(`${shown} is no whole number below 2^53; write larger ones as text`);
    }
    return end;
  }

  #count(): void {
    this.#elements += 1;
    if (this.#elements > this.#limits.elementsMax) {
      throw jsonInvalid(`the body has more than ${this.#limits.elementsMax} values`);
    }
  }
}

export function jsonInvalid(reason: string): StrataError {
  return new StrataError('STRATA_COMMAND_INVALID', { reason });
}
