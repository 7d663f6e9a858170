import { RunDirectoryError } from '../../results/run-directory.js';
import { StrataError } from '../../server/errors.js';
import { EXIT } from './exit-codes.js';

/** Something that the person at the terminal can do something about: a sentence, a code, an exit code. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, sentence: string, exitCode: number = EXIT.environment, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CliError';
    this.code = code;
    this.exitCode = exitCode;
  }
}

export interface RenderedError {
  /** One line, without a line break: `strata: sentence (CODE)`. */
  readonly line: string;
  readonly exitCode: number;
}

/** Codes of the other rooms' own errors. */
const KNOWN_CODES: Readonly<Record<string, number>> = {
  STRATA_LOAD_OPTIONS: EXIT.usage,
  STRATA_LOAD_UNREACHABLE: EXIT.environment,
  STRATA_PROBE_UNAVAILABLE: EXIT.environment,
  STRATA_PROBE_FAILED: EXIT.environment,
};

/** Turns whatever was thrown into one line and an exit code; a stack trace helps nobody at a terminal. */
export function renderError(error: unknown): RenderedError {
  if (error instanceof CliError) return rendered(error.message, error.code, error.exitCode);
  if (error instanceof StrataError) {
    const usage = error.code.startsWith('STRATA_CONFIG_');
    return rendered(error.message, error.code, usage ? EXIT.usage : EXIT.environment);
  }
  if (error instanceof RunDirectoryError) return rendered(error.message, error.code, EXIT.unknown);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = KNOWN_CODES[code];
  if (known !== undefined) return rendered((error as Error).message, code, known);
  const message = error instanceof Error ? error.message : String(error);
  return rendered(`unexpected: ${message}`, 'STRATA_INTERNAL', EXIT.internal);
}

function rendered(message: string, code: string, exitCode: number): RenderedError {
  return { line: `strata: ${oneLine(message)} (${code})`, exitCode };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
