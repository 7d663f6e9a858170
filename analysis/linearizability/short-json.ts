import type { JsonValue } from './values.js';

const CHARACTERS_MAX = 24;

/** A value for people: long ones with their ends only, as the end is what changes. */
export function shortJson(value: JsonValue, charactersMax: number = CHARACTERS_MAX): string {
  const text = value === null ? 'null' : JSON.stringify(value);
  if (text.length <= charactersMax) return text;
  const kept = charactersMax - 1;
  const head = Math.ceil(kept / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
}
