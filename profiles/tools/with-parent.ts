import { accessSync, constants } from 'node:fs';

/** A program and its arguments. */
export type CommandLine = readonly [command: string, args: readonly string[]];

/** util-linux, at the same place on all distributions that have merged /bin and /usr/bin. */
const SETPRIV = '/usr/bin/setpriv';

/**
 * The command line that interrupts a tool when this process dies, even by SIGKILL: a tracer must not outlive whoever would end it. The kernel sends the
 * signal. Without `setpriv` the tool runs as it is, and ends at its own limits where it has some.
 */
export function endingWithParent([command, args]: CommandLine): CommandLine {
  try {
    accessSync(SETPRIV, constants.X_OK);
  } catch {
    return [command, args];
  }
  return [SETPRIV, ['--pdeathsig', 'INT', '--', command, ...args]];
}
