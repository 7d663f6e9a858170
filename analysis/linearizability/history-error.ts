/** A history that says nothing that could be judged: malformed, contradictory in itself, or empty. */
export class HistoryError extends Error {
  readonly code = 'STRATA_HISTORY_INVALID';
  /** Line of the file, the first is 1 (place in the list of events + 1); null when no line is at fault. */
  readonly line: number | null;
  readonly sentence: string;

  constructor(line: number | null, sentence: string) {
    super(line === null ? sentence : `line ${line}: ${sentence}`);
    this.name = 'HistoryError';
    this.line = line;
    this.sentence = sentence;
  }
}
