import { writeSync } from 'node:fs';
import { StrataError } from '../../errors.js';

const EXIT = { usage: 2, environment: 4, internal: 70 } as const;

/** One JSON line on stdout. Whoever started the node reads it, or is gone: then nobody misses it. */
export function say(document: Readonly<Record<string, unknown>>): void {
  tryToWrite(1, `${JSON.stringify(document)}\n`);
}

/** Called by mistake: how to call, and the exit code that says so. */
export function failUsage(usage: string): never {
  tryToWrite(2, `strata: usage: ${usage} (STRATA_USAGE)\n`);
  process.exit(EXIT.usage);
}

/** The node cannot go on: one sentence for people, an exit code for programs. A stack only where it helps: a broken invariant. */
export function fail(error: unknown): never {
  if (error instanceof StrataError) {
    tryToWrite(2, `strata: ${error.message} (${error.code})\n`);
    process.exit(error.code.startsWith('STRATA_CONFIG') ? EXIT.usage : EXIT.environment);
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tryToWrite(2, `strata: internal error, the node stops (STRATA_INTERNAL)\n${text}\n`);
  process.exit(EXIT.internal);
}

/** A reader that is gone or stuck must not keep a process alive that has to end: `log-lines.ts` made such a pipe non-blocking. */
function tryToWrite(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {}
}
