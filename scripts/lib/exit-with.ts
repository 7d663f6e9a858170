/** An action whose result is the exit code of the process. */
export function exitWith<Args extends unknown[]>(
  action: (...args: Args) => number | Promise<number>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await action(...args);
  };
}
