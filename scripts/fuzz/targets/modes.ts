import type { Seed } from '../engine/target.js';

/** Several small parsers share a target: the first byte says which of them reads the rest. */
export interface Mode {
  readonly name: string;
  run(rest: Buffer): void;
  /** What it begins with; without the first byte. */
  readonly seeds: readonly (string | Uint8Array)[];
}

export function runMode(modes: readonly Mode[], input: Buffer): void {
  modes[(input[0] ?? 0) % modes.length]!.run(input.subarray(1));
}

export function seedsOf(modes: readonly Mode[]): Seed[] {
  return modes.flatMap(({ name, seeds }, mode) =>
    seeds.map((seed, at) => ({
      name: `${name} ${at + 1}`,
      bytes: Buffer.concat([Buffer.of(mode), Buffer.from(seed as string)]),
    })),
  );
}

/** A mutation that leaves the first byte, and so the parser, as it is. */
export function behindMode(mutateRest: (rest: Buffer) => Buffer, input: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, 1), mutateRest(input.subarray(1))]);
}
