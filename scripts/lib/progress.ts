/** What a command tells a human on the way, on stderr; results go to stdout and nowhere else. */
export interface Progress {
  /** Replaces the status line of a terminal; nothing in a pipe. */
  status(text: string): void;
  /** A line that stays; in a pipe only with --verbose. */
  note(text: string): void;
  /** A line that always stays. */
  warn(text: string): void;
  /** Clears the status line. */
  end(): void;
}

export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\x1b[K';
const COLUMNS_DEFAULT = 80;

export function createProgress(
  options: { readonly verbose: boolean },
  stream: ProgressStream = process.stderr,
): Progress {
  const terminal = stream.isTTY === true;
  let shown = false;
  const clear = () => {
    if (shown) stream.write(CLEAR_LINE);
    shown = false;
  };
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  return {
    status(text) {
      if (!terminal) return;
      // A line that wraps cannot be cleared.
      stream.write(`${CLEAR_LINE}${text.slice(0, (stream.columns ?? COLUMNS_DEFAULT) - 1)}`);
      shown = true;
    },
    note(text) {
      if (terminal || options.verbose) line(text);
    },
    warn: line,
    end: clear,
  };
}
