import type { Random } from '../../../server/sim/random.js';

/** Values and names that readers of JSON trip over. */
const VALUES: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '-0',
  '1',
  '1.5',
  '1e999',
  '-1e999',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551615',
  '4294967295',
  '4294967296',
  '2147483648',
  '65535',
  '65536',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\ufeff"',
  '"__proto__"',
  '"constructor"',
  '"é"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"toString":1}',
  '{"__proto__":null}',
  '{"length":4294967295}',
  '{"toJSON":1,"valueOf":2}',
  '"1"',
  '"../x"',
];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  '',
  '0',
  'prototype',
  'é',
];
/** The last is deeper than the stack of who walks it by recursion. */
const DEPTHS = [3, 8, 64, 700, 15_000];

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly name: string;
}

/** Stands for raw text in a document, which `JSON.stringify` could not say. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Changes one thing in a JSON document, or the bytes of it are given back when they are none. */
export function mutateJson(input: Buffer, random: Random): Buffer {
  const document = parse(input);
  if (document === undefined) return input;
  const root = { root: document };
  try {
    for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) changeOne(root, random);
    return Buffer.from(render(root.root));
  } catch {
    // Nested too deeply for the functions below.
    return input;
  }
}

function changeOne(root: { root: unknown }, random: Random): void {
  const places = placesOf(root);
  const { holder, name } = random.pick(places);
  const record = holder as Record<string, unknown>;
  const value = record[name];
  switch (random.between(0, 8)) {
    case 0:
    case 1:
    case 2:
      record[name] = new Raw(random.pick(VALUES));
      return;
    case 3:
      if (Array.isArray(holder)) holder.splice(Number(name), 1);
      else if (holder !== root) delete record[name];
      return;
    case 4: {
      const other = random.pick(places);
      record[name] = structuredCloneOf((other.holder as Record<string, unknown>)[other.name]);
      return;
    }
    case 5:
      if (Array.isArray(holder)) holder.push(...new Array<unknown>(random.pick([1, 2, 40])).fill(value));
      else if (holder !== root) define(record, random.pick(NAMES), structuredCloneOf(value));
      return;
    case 6: {
      const depth = random.pick(DEPTHS);
      const [open, close] = random.pick([['[', ']'] as const, ['{"a":', '}'] as const]);
      record[name] = new Raw(open.repeat(depth) + (open === '[' ? '' : '1') + close.repeat(depth));
      return;
    }
    case 7:
      if (!Array.isArray(holder) && holder !== root) {
        delete record[name];
        define(record, random.pick(NAMES), value);
      }
      return;
    default:
      record[name] =
        typeof value === 'string' ? value.repeat(random.pick([2, 20, 300])).slice(0, 8_192) : [value];
  }
}

/** Own, whatever the name: an assignment to `__proto__` would change the prototype. */
function define(record: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

function placesOf(root: object): Place[] {
  const places: Place[] = [];
  const open: object[] = [root];
  for (let holder = open.pop(); holder !== undefined && places.length < 10_000; holder = open.pop()) {
    for (const [name, value] of Object.entries(holder)) {
      places.push({ holder: holder as Place['holder'], name });
      if (typeof value === 'object' && value !== null && !(value instanceof Raw)) open.push(value);
    }
  }
  return places;
}

function parse(input: Buffer): unknown {
  try {
    const document: unknown = JSON.parse(input.toString('utf8'));
    // A document that is nested this deep has been through here already.
    JSON.stringify(document);
    return document;
  } catch {
    return undefined;
  }
}

function structuredCloneOf(value: unknown): unknown {
  return value instanceof Raw || value === undefined ? value : JSON.parse(JSON.stringify(value) ?? 'null');
}

/** As `JSON.stringify`, with raw texts in it. */
function render(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(render).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([name, part]) => `${JSON.stringify(name)}:${render(part)}`)
    .join(',')}}`;
}
