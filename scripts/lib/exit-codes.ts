/** What the process's exit code says; the same for every command. */
export const EXIT = {
  done: 0,
  /** The command worked and found something: a threshold missed, a write lost. */
  finding: 1,
  usage: 2,
  /** No verdict possible. */
  unknown: 3,
  /** The surroundings do not allow it: a port is taken, a file damaged, a tool missing. */
  environment: 4,
  internal: 70,
  /** Stopped by Ctrl-C or SIGTERM before it was done. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
