import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { StrataError } from '../../../server/errors.js';
import { Random } from '../../../server/sim/random.js';
import { BrokenProperty } from './target.js';

/** For what follows from an accepted input: no error is a refusal any more. */
export function must<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new BrokenProperty(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

export function equal(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new BrokenProperty(`${what}: ${shown(actual)} is not ${shown(expected)}`);
}

export function holds(condition: boolean, what: string): void {
  if (!condition) throw new BrokenProperty(what);
}

/** `{ ok }` or `{ refused }`: what a parser said, for comparing two runs of it. */
export type Verdict<Result> = { readonly ok: Result } | { readonly refused: string };

/** Errors that are no refusal come through. */
export function verdict<Result>(
  work: () => Result,
  isRefusal: (error: unknown) => boolean = (error) => error instanceof StrataError,
): Verdict<Result> {
  try {
    return { ok: work() };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { refused: (error as Error).message };
  }
}

/**
 * The input cut into pieces, several ways: whole, byte by byte (short inputs) and at random. Which cuts are made follows from the input alone, so
 * that an input of the corpus always does the same.
 */
export function cuttings(input: Buffer, kinds = 3): Buffer[][] {
  const random = new Random(crc32(input));
  const all: Buffer[][] = [[input]];
  while (all.length < kinds) {
    const pieces: Buffer[] = [];
    const pieceBytesMax = random.pick([1, 3, 16, 300, 5_000]);
    for (let at = 0; at < input.length; ) {
      // A few thousand pieces show what a million would.
      const bytes = Math.max(random.between(1, pieceBytesMax), Math.ceil(input.length / 4_000));
      // A copy: a parser that keeps a view of a neighbour would otherwise go unnoticed.
      pieces.push(Buffer.from(input.subarray(at, at + bytes)));
      at += bytes;
    }
    all.push(pieces);
  }
  return all;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  return (text ?? String(value)).slice(0, 300);
}
