import type { CommandLine } from './with-parent.js';

/** Where every kernel since 4.1 has the folder for it. */
const TRACEFS = '/sys/kernel/tracing';

/**
 * The command line that runs a tool where tracefs is mounted, without mounting it for the machine: in a mount namespace of its own, which ends with the
 * tool. perf mounts tracefs by itself and leaves it behind; bpftrace needs it and does not mount it. The process id is the tool's, since every
 * step replaces itself with the next, so a signal reaches it.
 */
export function inPrivateTracefs([command, args]: CommandLine): CommandLine {
  // Where it is mounted already, mounting fails and that is fine.
  const script = `mount -t tracefs nodev ${TRACEFS} 2>/dev/null; exec "$0" "$@"`;
  return ['unshare', ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, command, ...args]];
}
