import type { Target } from '../engine/target.js';

/**
 * A parser with a planted defect, behind a magic word that is compared byte by byte, a length and a checksum: chance alone would need 2^24 tries.
 * A fuzzer that does not find it is blind: its alarm, its coverage or its sealing is dead.
 */
export const target: Target = {
  name: 'canary',
  about: 'a planted defect that must be found; not part of a run unless it is named',
  sources: ['scripts/fuzz/targets/canary'],
  seeds: () => [{ name: 'nothing', bytes: Buffer.alloc(6) }],
  run(input) {
    if (input.length < 6) return;
    misbehave(input);
    if (input.at(-1) !== checksum(input)) return;
    if (input[0] !== 0xc0) return;
    if (input[1] !== 0x4f) return;
    if (input[2] !== 0x91) return;
    const length = input[3]!;
    if (length > input.length)
      throw new RangeError(`planted: a length of ${length} in ${input.length} bytes`);
  },
  seal(input) {
    if (input.length > 0) input[input.length - 1] = checksum(input);
    return input;
  },
};

const KEPT: Uint8Array[] = [];

/** One word for each of the other alarms. */
function misbehave(input: Buffer): void {
  const word = input.toString('latin1', 0, 10).trim();
  if (word === 'endless') for (;;);
  if (word === 'greedy') KEPT.push(new Uint8Array(64 * 2 ** 20));
  if (word === 'scribbling') input[0] = 0;
  let sum = 0;
  if (word === 'quadratic') for (const one of input) for (const other of input) sum += one < other ? 1 : 0;
  if (sum < 0) KEPT.length = 0;
}

function checksum(input: Buffer): number {
  let sum = 0x5a;
  for (const byte of input.subarray(0, -1)) sum = ((sum << 1) ^ (sum >>> 7) ^ byte) & 0xff;
  return sum;
}
