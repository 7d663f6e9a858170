/** A run that went wrong, with everything that is needed to see it again. */
export class SimFailure extends Error {
  readonly seed: number;
  readonly tick: number;
  /** The property that did not hold, or the class of the error. */
  readonly check: string;
  /** The end of the record. */
  readonly trace: readonly string[];

  constructor(
    at: {
      readonly seed: number;
      readonly ticks: number;
      readonly tick: number;
      readonly mutation?: string | undefined;
    },
    cause: unknown,
    trace: readonly string[],
  ) {
    const { message, check } = describe(cause);
    const mutation = at.mutation === undefined ? '' : ` --mutation ${at.mutation}`;
    super(
      `seed ${at.seed}, tick ${at.tick}: ${message}\nReplay: strata sim --seed ${at.seed} --ticks ${at.ticks}${mutation}`,
      { cause },
    );
    this.name = 'SimFailure';
    this.seed = at.seed;
    this.tick = at.tick;
    this.check = check;
    this.trace = trace;
  }
}

function describe(cause: unknown): { readonly message: string; readonly check: string } {
  if (!(cause instanceof Error)) return { message: String(cause), check: 'error' };
  const { check } = cause as { check?: unknown };
  return { message: cause.message, check: typeof check === 'string' ? check : cause.name };
}
