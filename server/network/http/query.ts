import { StrataError } from '../../errors.js';
import { queryTextShownMax } from '../limits.js';
import { decodePercent } from './key-encoding.js';

/** The parameters of a query string, each named once and known. @throws StrataError STRATA_QUERY_INVALID */
export class Query {
  /** As they came, percent-encoded. */
  readonly #values = new Map<string, string>();

  /** `text` is what stands behind the question mark. */
  constructor(text: string, allowed: readonly string[]) {
    for (const part of text.split('&')) {
      if (part === '') continue;
      const equals = part.indexOf('=');
      const name = decodeText(equals === -1 ? part : part.slice(0, equals));
      const value = equals === -1 ? '' : part.slice(equals + 1);
      if (brokenEscape.test(value)) throw invalid(name, 'not valid percent-encoding', 'percent-encoded');
      if (!allowed.includes(name)) {
        const rule = allowed.length === 0 ? 'left out' : `one of ${allowed.join(', ')}`;
        throw invalid(name, 'unknown', rule);
      }
      if (this.#values.has(name)) throw invalid(name, 'given twice', 'given once');
      this.#values.set(name, value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** One of `choices`; the first of them when it is not given. */
  choice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.text(name);
    if (value === null) return choices[0];
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw invalid(name, shown(value), choices.join(' or '));
    return choice;
  }

  /** A whole number in [min, max]; `fallback` when it is not given. */
  integer(name: string, min: number, max: number, fallback: number): number {
    const value = this.text(name);
    if (value === null) return fallback;
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw invalid(name, shown(value), `a whole number from ${min} to ${max}`);
    }
    return number;
  }

  /** Text in UTF-8; null when it is not given. */
  text(name: string): string | null {
    const value = this.#values.get(name);
    return value === undefined ? null : decodeText(value);
  }

  /** Bytes, at most `bytesMax`; null when it is not given. A plus is a space, as forms and URLSearchParams write it. */
  bytes(name: string, bytesMax: number): Buffer | null {
    const value = this.#values.get(name);
    if (value === undefined) return null;
    const bytes = decodePercent(value.replaceAll('+', ' '));
    if (bytes.length > bytesMax) throw invalid(name, `${bytes.length} bytes long`, `at most ${bytesMax}`);
    return bytes;
  }
}

const brokenEscape = /%(?![0-9a-f]{2})/i;

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(text, 'not valid percent-encoding', 'percent-encoded UTF-8');
  }
}

/** A text of a client as an error may repeat it. */
export function shown(value: string): string {
  return JSON.stringify(value.slice(0, queryTextShownMax));
}

export function invalid(name: string, actual: string, rule: string): StrataError {
  return new StrataError('STRATA_QUERY_INVALID', { name: name.slice(0, queryTextShownMax), actual, rule });
}
