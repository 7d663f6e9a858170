import { spawnSync } from 'node:child_process';

let wrapper: readonly string[] | null = null;

/**
 * In front of a node's command: the kernel kills it when this process dies. A node ends by itself when its standard input does, but not while it is
 * stopped, and nobody would ever wake it. Empty where there is no `setpriv` that can.
 */
export function endWithParent(): readonly string[] {
  const words = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [command, ...args] = words as [string, ...string[]];
  wrapper ??= spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? words : [];
  return wrapper;
}
