import { readFileSync } from 'node:fs';

const CAP_SYS_PTRACE = 19n;

export interface PtracePermission {
  readonly allowed: boolean;
  readonly detail: string;
}

/**
 * Whether the kernel's own settings let this process trace another one of the same user that is not its child.
 * `/proc/sys/kernel/yama/ptrace_scope`: 0 or absent, same user is enough; 1 and 2, CAP_SYS_PTRACE; 3, nobody.
 */
export function ptracePermission(
  readText: (path: string) => string | null = readTextOrNull,
): PtracePermission {
  const scopeText = readText('/proc/sys/kernel/yama/ptrace_scope')?.trim() ?? null;
  const capable = hasCapability(readText('/proc/self/status') ?? '', CAP_SYS_PTRACE);
  const scope = scopeText === null ? 0 : Number(scopeText);
  if (scope >= 3) {
    return {
      allowed: false,
      detail: `ptrace_scope is ${scope}: nobody may trace until the machine restarts`,
    };
  }
  if (scope >= 1 && !capable) {
    return {
      allowed: false,
      detail: `ptrace_scope is ${scope} and CAP_SYS_PTRACE is missing; run as root, or: sysctl -w kernel.yama.ptrace_scope=0`,
    };
  }
  return { allowed: true, detail: capable ? 'CAP_SYS_PTRACE' : 'processes of the same user' };
}

/** `CapEff:` of /proc/PID/status is a hexadecimal bit set. */
function hasCapability(status: string, bit: bigint): boolean {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return hex !== undefined && ((BigInt(`0x${hex}`) >> bit) & 1n) === 1n;
}

function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
