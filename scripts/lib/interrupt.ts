import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an aborted signal, so that a command can stop what it started. The second one
 * ends the process at once; node processes are killed on the way out.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(interrupted(signal));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return controller.signal;
}

function interrupted(signal: string): CliError {
  return new CliError('STRATA_INTERRUPTED', `Stopped by ${signal}.`, EXIT.interrupted);
}

/** The promise, or the interruption, whichever comes first. */
export function orInterrupted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([promise, whenAborted(signal).then(() => Promise.reject(signal.reason))]);
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
