import { crc32 } from 'node:zlib';
import type { Random } from '../../../server/sim/random.js';
import type { Coverage, Look } from './coverage.js';
import { metered } from './meter.js';
import { minimise } from './minimise.js';
import { INFLATED_BYTES_MAX, mutate } from './mutate.js';
import { faultOf, signatureOf, slugOf } from './signature.js';
import { BrokenProperty, boundOf, DEFAULTS, type Seed, type Target } from './target.js';

export interface Finding {
  readonly target: string;
  /** For a file of the corpus. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly message: string;
  readonly stack: string;
}

export interface FuzzOptions {
  readonly target: Target;
  readonly random: Random;
  readonly coverage: Coverage;
  /** Called before each input is run, so that one that never returns is known. */
  readonly announce: (input: Buffer) => void;
  /** One run that takes longer is a finding; null where clocks are not to be trusted. */
  readonly slowMs: number | null;
  /** Enough to end with. */
  readonly findingsMax: number;
}

/** Kept because it reached new ground. */
export interface Kept {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Inputs that share one look at the counters. */
const BATCH_MAX = 256;
/** A parser with as many faults is better read than fuzzed. */
export const FINDINGS_MAX = 25;
const STRUCTURED_CHANCE = 0.5;
const SEALED_CHANCE = 0.9;

export class Fuzzer {
  readonly findings: Finding[] = [];
  /** New inputs, seeds not among them. */
  readonly kept: Kept[] = [];
  executions = 0;
  readonly #options: FuzzOptions;
  readonly #target: Target;
  readonly #words: readonly Buffer[];
  readonly #corpus: Buffer[] = [];
  readonly #signatures = new Set<string>();
  /** Inputs to share a look. */
  #batch = 16;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#words = (options.target.dictionary ?? []).map((word) => Buffer.from(word as string));
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  get isFull(): boolean {
    return this.findings.length >= this.#options.findingsMax;
  }

  /** Every seed once, each with a look of its own. */
  async replay(seeds: readonly Seed[]): Promise<void> {
    for (const { bytes } of seeds) {
      const input = Buffer.from(bytes);
      this.#options.coverage.forget();
      await this.#run(input);
      this.#checkSteps(input, this.#options.coverage.look());
      this.#corpus.push(input);
    }
    if (this.#corpus.length === 0) this.#corpus.push(Buffer.alloc(0));
  }

  /** Of the kept inputs the few, short ones first, that together reach what the seeds do not. */
  async distil(seeds: readonly Seed[]): Promise<Kept[]> {
    const { coverage } = this.#options;
    coverage.clear();
    for (const { bytes } of seeds) await this.#run(Buffer.from(bytes));
    coverage.look();
    const few: Kept[] = [];
    for (const kept of this.kept.toSorted((a, b) => a.bytes.length - b.bytes.length)) {
      coverage.forget();
      await this.#run(kept.bytes);
      const { newCharacters, newIn } = coverage.look();
      if (newCharacters > 0) few.push({ name: nameOf(newIn, kept.bytes), bytes: kept.bytes });
    }
    return few;
  }

  /** As many mutants as one look is worth. */
  async batch(): Promise<void> {
    const inputs = Array.from({ length: this.#batch }, () => this.#mutant());
    const stepsMax = Math.min(...inputs.map((input) => this.#stepsMax(input)));
    const { coverage } = this.#options;
    // What the mutators and their checksums executed is no merit of an input.
    coverage.forget();
    for (const input of inputs) await this.#run(input);
    const look = coverage.look('compare');
    const stepsEach = Math.max(1, look.steps / inputs.length);
    // So few that one which takes too many steps is not lost among the others. No clock is asked: equal seeds give equal runs.
    this.#batch = Math.max(1, Math.min(BATCH_MAX, 2 * this.#batch, Math.floor(stepsMax / (2 * stepsEach))));
    if (look.newCharacters > 0 || look.steps > stepsMax) await this.#single(inputs);
  }

  /** Finds the inputs that reached new ground or took too many steps, by halves. */
  async #single(inputs: readonly Buffer[]): Promise<void> {
    const { coverage } = this.#options;
    coverage.forget();
    for (const input of inputs) await this.#run(input);
    if (inputs.length === 1) {
      const look = coverage.look();
      this.#checkSteps(inputs[0]!, look);
      if (look.newCharacters > 0) this.#keep(inputs[0]!, look.newIn);
      return;
    }
    const look = coverage.look('compare');
    const stepsMax = Math.min(...inputs.map((input) => this.#stepsMax(input)));
    if (look.newCharacters === 0 && look.steps <= stepsMax) return;
    const middle = inputs.length >>> 1;
    await this.#single(inputs.slice(0, middle));
    await this.#single(inputs.slice(middle));
  }

  #keep(input: Buffer, newIn: string | null): void {
    this.#corpus.push(input);
    this.kept.push({ name: nameOf(newIn, input), bytes: input });
  }

  #mutant(): Buffer {
    const { random } = this.#options;
    const target = this.#target;
    // Half of the time one of the newest: what was reached last is least explored.
    const newest = Math.max(0, this.#corpus.length - 16);
    const parent = random.chance(0.4)
      ? this.#corpus[random.between(newest, this.#corpus.length - 1)]!
      : random.pick(this.#corpus);
    let mutant = parent;
    const isStructured = target.mutate !== undefined && random.chance(STRUCTURED_CHANCE);
    if (isStructured) {
      mutant = target.mutate!(parent, random);
      if (mutant.length > INFLATED_BYTES_MAX) mutant = parent;
    }
    if (!isStructured || random.chance(0.2))
      mutant = mutate(mutant, random, this.#corpus, this.#words, target.bytesMax ?? DEFAULTS.bytesMax);
    if (target.seal !== undefined && random.chance(SEALED_CHANCE)) mutant = target.seal(Buffer.from(mutant));
    // A buffer of its own: a view beyond the input would go unnoticed.
    return Buffer.from(mutant);
  }

  async #run(input: Buffer): Promise<void> {
    this.executions++;
    const fault = await this.#faultOf(input);
    if (fault !== null) await this.#report(input, fault);
  }

  async #faultOf(input: Buffer): Promise<Error | null> {
    const first = await this.#runOnce(input);
    if (!(first instanceof Excess)) return first;
    // Compilation, collection and neighbours on the machine cost once; a parser costs every time.
    for (let again = 0; again < 2; again++)
      if (!((await this.#runOnce(input)) instanceof Excess)) return null;
    return first;
  }

  async #runOnce(input: Buffer): Promise<Error | null> {
    const { announce, slowMs } = this.#options;
    announce(input);
    const copy = Buffer.from(input);
    let fault: Error | null = null;
    const cost = await metered(() => {
      try {
        const pending = this.#target.run(input);
        if (pending === undefined) return;
        return pending.catch((error: unknown) => {
          fault = faultOf(error, this.#target);
        });
      } catch (error) {
        fault = faultOf(error, this.#target);
      }
    });
    if (fault !== null) return fault;
    if (!copy.equals(input)) return new BrokenProperty('the parser wrote to its input');
    const allocatedMax = boundOf(this.#target.allocation ?? DEFAULTS.allocation, input);
    if (cost.allocatedBytes > allocatedMax)
      return new Excess(
        `${input.length} bytes made it allocate ${cost.allocatedBytes}, at most ${allocatedMax}`,
      );
    if (slowMs !== null && cost.elapsedMs > slowMs)
      return new Excess(`${input.length} bytes took ${Math.round(cost.elapsedMs)} ms`);
    return null;
  }

  #stepsMax(input: Buffer): number {
    return boundOf(this.#target.steps ?? DEFAULTS.steps, input);
  }

  #checkSteps(input: Buffer, { steps }: Look): void {
    const stepsMax = this.#stepsMax(input);
    if (steps <= stepsMax) return;
    const fault = new Excess(`${input.length} bytes took ${steps} steps, at most ${stepsMax}`);
    this.#note(input, fault);
  }

  async #report(input: Buffer, fault: Error): Promise<void> {
    const signature = signatureOf(fault);
    if (this.#signatures.has(signature) || this.isFull) return;
    this.#signatures.add(signature);
    const failsSo = async (candidate: Buffer): Promise<boolean> => {
      const other = await this.#faultOf(candidate);
      return other !== null && signatureOf(other) === signature;
    };
    const smallest = await minimise(input, async (candidate) => {
      if (await failsSo(candidate)) return candidate;
      const sealed = this.#target.seal?.(Buffer.from(candidate)) ?? null;
      return sealed !== null && (await failsSo(sealed)) ? sealed : null;
    });
    this.#note(smallest, (await this.#faultOf(smallest)) ?? fault);
  }

  #note(bytes: Buffer, fault: Error): void {
    const cause = fault.cause instanceof Error ? fault.cause : fault;
    this.findings.push({
      target: this.#target.name,
      name: `fault-${slugOf(fault.message)}-${hashOf(bytes)}`,
      bytes,
      message: `${cause.name}: ${fault.message}`,
      stack: cause.stack ?? '',
    });
  }
}

/** More memory or time than the bound of the target. */
class Excess extends BrokenProperty {}

function nameOf(newIn: string | null, bytes: Buffer): string {
  return `reaches-${slugOf(newIn ?? 'new')}-${hashOf(bytes)}`;
}

function hashOf(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
