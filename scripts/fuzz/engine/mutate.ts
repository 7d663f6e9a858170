import type { Random } from '../../../server/sim/random.js';

/** Numbers at which parsers break: edges of widths, of signs, of exactness. */
const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  8,
  15,
  16,
  31,
  32,
  63,
  64,
  100,
  127,
  128,
  129,
  255,
  256,
  257,
  511,
  512,
  1023,
  1024,
  1025,
  4095,
  4096,
  16_383,
  16_384,
  32_767,
  32_768,
  65_534,
  65_535,
  65_536,
  65_537,
  2 ** 20,
  2 ** 20 + 1,
  2 ** 24 - 1,
  2 ** 24,
  2 ** 26,
  2 ** 28,
  2 ** 31 - 2,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 31 + 1,
  2 ** 32 - 16,
  2 ** 32 - 2,
  2 ** 32 - 1,
] as const;
/** Beyond 32 bits; the last ones are not exact as doubles. */
const WIDE_NUMBERS = [
  2n ** 32n,
  2n ** 40n,
  2n ** 48n - 1n,
  2n ** 48n,
  2n ** 53n - 2n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 56n - 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
] as const;
const NUMBER_TEXTS = [
  ...NUMBERS.map(String),
  ...WIDE_NUMBERS.map(String),
  '-1',
  '-0',
  '+1',
  '00',
  '01',
  '1.5',
  '1e3',
  '1e999',
  '-9223372036854775808',
  '-9223372036854775809',
  '9'.repeat(40),
  '0x10',
  'NaN',
  'Infinity',
  '-',
  '',
];
const INTERESTING_BYTES = [
  0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2a, 0x24, 0x3a, 0x5c, 0x7b, 0x5b, 0x7f, 0x80, 0xc0, 0xed, 0xff,
];

type Mutator = (input: Buffer, random: Random, others: readonly Buffer[], words: readonly Buffer[]) => Buffer;

const flipBit: Mutator = (input, random) =>
  change(input, random, (byte) => byte ^ (1 << random.between(0, 7)));
const setByte: Mutator = (input, random) => change(input, random, () => random.between(0, 255));
const setInteresting: Mutator = (input, random) =>
  change(input, random, () => random.pick(INTERESTING_BYTES));
const addLittle: Mutator = (input, random) => change(input, random, (byte) => byte + random.between(-8, 8));

const setNumber: Mutator = (input, random) => {
  const width = random.pick([2, 4, 4, 8]);
  if (input.length < width) return input;
  const copy = Buffer.from(input);
  const at = random.between(0, input.length - width);
  const value = random.chance(0.3) ? random.pick(WIDE_NUMBERS) : BigInt(random.pick(NUMBERS));
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  const field = bytes.subarray(0, width);
  copy.set(random.chance(0.5) ? field : Buffer.from(field).reverse(), at);
  return copy;
};

/** LEB128 is how most of our own formats write numbers. */
const insertVarint: Mutator = (input, random) => {
  let rest = random.chance(0.5) ? random.pick(WIDE_NUMBERS) : BigInt(random.pick(NUMBERS));
  const bytes: number[] = [];
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return splice(input, random.between(0, input.length), random.chance(0.5) ? 1 : 0, Buffer.from(bytes));
};

const setNumberText: Mutator = (input, random) => {
  const text = input.toString('latin1');
  const found = [...text.matchAll(/\d+/g)];
  const word = Buffer.from(random.pick(NUMBER_TEXTS));
  if (found.length === 0) return splice(input, random.between(0, input.length), 0, word);
  const match = random.pick(found);
  return splice(input, match.index, match[0].length, word);
};

const insertWord: Mutator = (input, random, _, words) => {
  if (words.length === 0) return setByte(input, random, _, words);
  const replaced = random.chance(0.5) ? random.between(0, 4) : 0;
  return splice(input, random.between(0, input.length), replaced, random.pick(words));
};

const insertBytes: Mutator = (input, random) => {
  const bytes = Buffer.alloc(random.between(1, 8), random.between(0, 255));
  return splice(input, random.between(0, input.length), 0, bytes);
};

const remove: Mutator = (input, random) => {
  const { start, end } = range(input, random);
  return splice(input, start, end - start, Buffer.alloc(0));
};

const duplicate: Mutator = (input, random) => {
  const { start, end } = range(input, random);
  const copies = random.chance(0.2) ? random.between(2, 12) : 1;
  const part = Buffer.concat(new Array<Buffer>(copies).fill(input.subarray(start, end)));
  return splice(input, random.chance(0.6) ? end : random.between(0, input.length), 0, part);
};

const truncate: Mutator = (input, random) => input.subarray(0, random.between(0, input.length));

const crossOver: Mutator = (input, random, others) => {
  const other = random.pick(others);
  if (random.chance(0.5))
    return Buffer.concat([
      input.subarray(0, random.between(0, input.length)),
      other.subarray(random.between(0, other.length)),
    ]);
  const { start, end } = range(other, random);
  return splice(input, random.between(0, input.length), random.between(0, 8), other.subarray(start, end));
};

/** One part many times: what costs more than linear time shows. */
const inflate: Mutator = (input, random) => {
  const { start, end } = range(input, random, 8);
  if (end === start) return input;
  const times = random.between(100, 4_000);
  const part = Buffer.concat(new Array<Buffer>(times).fill(input.subarray(start, end)));
  return splice(input, start, end - start, part);
};

const MUTATORS: readonly Mutator[] = [
  flipBit,
  flipBit,
  setByte,
  setInteresting,
  addLittle,
  setNumber,
  setNumber,
  insertVarint,
  setNumberText,
  setNumberText,
  insertWord,
  insertWord,
  insertWord,
  insertBytes,
  remove,
  remove,
  duplicate,
  duplicate,
  truncate,
  crossOver,
  crossOver,
];
/** A long input takes the time of many short ones. */
const INFLATE_CHANCE = 1 / 400;
/** Nothing is longer. */
export const INFLATED_BYTES_MAX = 65_536;

export function mutate(
  input: Buffer,
  random: Random,
  others: readonly Buffer[],
  words: readonly Buffer[],
  bytesMax: number,
): Buffer {
  let mutant = input;
  for (let left = random.pick([1, 1, 1, 2, 2, 3, 4, 8]); left > 0; left--)
    mutant = random.pick(MUTATORS)(mutant, random, others, words).subarray(0, bytesMax);
  if (random.chance(INFLATE_CHANCE))
    mutant = inflate(mutant, random, others, words).subarray(0, INFLATED_BYTES_MAX);
  return mutant;
}

function change(input: Buffer, random: Random, to: (byte: number) => number): Buffer {
  if (input.length === 0) return Buffer.of(random.between(0, 255));
  const copy = Buffer.from(input);
  const at = random.between(0, input.length - 1);
  copy[at] = to(copy[at]!);
  return copy;
}

function range(input: Buffer, random: Random, bytesMax = 64): { start: number; end: number } {
  const start = random.between(0, input.length);
  const longest = random.chance(0.8) ? bytesMax : input.length;
  return { start, end: Math.min(input.length, start + random.between(1, Math.max(1, longest))) };
}

export function splice(input: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), added, input.subarray(at + removed)]);
}
