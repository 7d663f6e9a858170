/** One of the ways that an experiment compares. */
export interface Arm {
  /** Letters, digits and dashes: `connection-per-call`. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly what: string;
}

/** A number that every run of every arm gives. */
export interface Metric {
  /** Letters, digits and dashes: `calls`, `p99`. */
  readonly name: string;
  /** As it stands behind the number in a table: `1/s`, `ms`, `µs`. */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /**
   * How two arms are compared. `ratio` (the default): arm divided by the other, for what is never 0. `difference`: arm minus the other, in the metric's own unit,
   * for what may be 0, such as a share.
   */
  readonly scale?: 'ratio' | 'difference';
}

/** A statement of the document: what it says about `arm` compared with `against`, or about `arm` alone. */
export interface ClaimedEffect {
  readonly metric: string;
  readonly arm: string;
  /** Null: the document gives a value of the arm itself, in the metric's unit. */
  readonly against: string | null;
  /**
   * Range of the ratio arm / against (of the difference or of the value, by the metric's scale and `against`) that the document claims; null: open at this end, or no
   * figure at all when both are null. Open at one end and "no effect" at the other is a direction: more, or less, without a figure.
   */
  readonly low: number | null;
  readonly high: number | null;
  /** The workload lets the true effect be at least (`lower`) or at most (`upper`) as strong as what is measured; the experiment's `limits` say why. */
  readonly bound?: 'lower' | 'upper';
  /** Why nothing that is measured here can decide this statement, in a sentence. It is listed with the reason instead of a verdict. */
  readonly notDecidable?: string;
}

/** What an experiment gets to work with. */
export interface ExperimentContext {
  /** Aborted by Ctrl-C; a session gives up soon after. */
  readonly signal: AbortSignal;
  /** An empty folder of its own, on the disk of the run; removed after the experiment. */
  readonly directory: string;
  /** Short passes: 0.3 to 1.5 s a run of an arm. */
  readonly quick: boolean;
  /** Of whatever is drawn. */
  readonly seed: number;
  /** Replaces the status line of the terminal. */
  progress(text: string): void;
}

/** An experiment under way: what its arms share has been made. */
export interface Session {
  /** One measured run of an arm: a value for each metric, null where this run could not give one. */
  run(arm: string): Promise<Readonly<Record<string, number | null>>>;
  /** Stops and removes what `begin` made. Called once, after a failure too. */
  end(): Promise<void>;
}

/**
 * A question that the document answers with a figure, asked of this machine: two or more arms under the same workload, run interleaved. All texts are English;
 * the report looks them up in the catalogue of its language.
 */
export interface Experiment {
  /** Of the first claim, `N3`; unique. */
  readonly id: string;
  /** Claims of the document that it answers. */
  readonly claims: readonly string[];
  readonly title: string;
  /** One sentence that ends with a question mark. */
  readonly question: string;
  readonly document: {
    /** What the document says, in our words. */
    readonly says: string;
    readonly effects: readonly ClaimedEffect[];
  };
  /** The first one is the reference: the old way, or the one that all others are compared with. */
  readonly arms: readonly Arm[];
  /** One sentence: what every arm has to do. */
  readonly workload: string;
  /** What a reader must know to judge the result: what stands for what of the document, what this machine cannot show. Optional. */
  readonly limits?: string;
  readonly metrics: readonly Metric[];
  /** Runs of every arm unless `--repeats` says otherwise; with fewer than 4 nothing can be decided. */
  readonly repeats: number;
  /** The first round of all arms is thrown away. */
  readonly warmUp: boolean;
  /** Of the whole experiment with --quick. */
  readonly cost: 'seconds' | 'minutes';
  /** Capabilities of the machine, by their names in `strata doctor`, without which it is not decidable here. */
  readonly needs?: readonly string[];
  /** @throws NotDecidableError when the machine cannot answer the question. */
  begin(context: ExperimentContext): Promise<Session>;
}

/** The question cannot be answered on this machine; the message is a sentence that says why. Neither a failure nor a verdict. */
export class NotDecidableError extends Error {
  readonly code = 'STRATA_LAB_NOT_DECIDABLE';
}
