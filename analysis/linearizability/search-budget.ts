/** Operations placed between two questions whether the time is over. */
const STEPS_PER_QUESTION = 512;

export type Exhausted = 'steps' | 'time' | 'memory';

/** What a search may use up. Steps are counted, so that a check without a clock ends at the same place every time. */
export class SearchBudget {
  readonly memoBytesMax: number;
  readonly #isTimeUp: () => boolean;
  #stepsLeft: number;
  #untilQuestion = STEPS_PER_QUESTION;
  #stepsUsed = 0;

  constructor(stepsMax: number, memoBytesMax: number, isTimeUp: () => boolean) {
    this.#stepsLeft = stepsMax;
    this.memoBytesMax = memoBytesMax;
    this.#isTimeUp = isTimeUp;
  }

  get stepsUsed(): number {
    return this.#stepsUsed;
  }

  get isTimeUp(): boolean {
    return this.#isTimeUp();
  }

  /** Counts one operation placed; says what is used up, if anything is. */
  spend(): Exhausted | null {
    this.#stepsUsed += 1;
    this.#stepsLeft -= 1;
    if (this.#stepsLeft < 0) return 'steps';
    this.#untilQuestion -= 1;
    if (this.#untilQuestion > 0) return null;
    this.#untilQuestion = STEPS_PER_QUESTION;
    return this.#isTimeUp() ? 'time' : null;
  }
}
