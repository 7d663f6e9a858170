import { readFileSync } from 'node:fs';

/** Debian's names of the packages; on Ubuntu perf lives elsewhere. */
const PACKAGES = {
  strace: 'strace',
  perf: 'linux-perf',
  bpftrace: 'bpftrace',
  chromium: 'chromium',
  'redis-benchmark': 'redis-tools',
  etcd: 'etcd-server',
  wrk: 'wrk',
  fio: 'fio',
  git: 'git',
} as const;
export type KnownTool = keyof typeof PACKAGES;

/** The command that installs a tool, null on systems that do not use apt. */
export function installHint(tool: KnownTool, osRelease = readOsRelease()): string | null {
  const family = /^ID(_LIKE)?="?([^"\n]*)"?$/gm;
  const ids = [...osRelease.matchAll(family)].flatMap((match) => (match[2] ?? '').split(' '));
  if (!ids.includes('debian') && !ids.includes('ubuntu')) return null;
  const name = tool === 'perf' && ids.includes('ubuntu') ? 'linux-tools-generic' : PACKAGES[tool];
  return `apt-get install -y ${name}`;
}

export function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
