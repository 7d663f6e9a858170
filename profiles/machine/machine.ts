import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { cpus, hostname, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import type { Machine, Run } from '../../results/schema/index.js';
import { runTool } from '../tools/run-tool.js';
import { readOsRelease } from './install-hint.js';
import { findProject } from './project-root.js';

export { capabilities } from './capabilities.js';

/** What a run was measured on. `directory` is where the data lies, for its file system. Never fails on what is missing. */
export function machineFingerprint(directory: string): Machine {
  const processors = cpus();
  return {
    hostname: hostname(),
    cpuModel: processors[0]?.model.trim() || 'unknown',
    cpuCount: processors.length,
    cpuGovernor: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')?.trim() ?? null,
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    os: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readOsRelease())?.[1] ?? type(),
    filesystem: filesystemOf(directory),
    virtualized: virtualization(),
  };
}

/** Of the package that the generator uses: `process.versions` names the copy inside Node. */
function dependencyVersion(name: string): string | undefined {
  const project = findProject();
  if (project === null) return undefined;
  try {
    const manifest = readFileSync(join(project.root, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** Versions of ourselves and of what runs us. */
export function versions(): Record<string, string> {
  const { node, v8, uv, llhttp, openssl } = process.versions;
  const undici = dependencyVersion('undici');
  const all = { strata: findProject()?.version, nodejs: node, v8, libuv: uv, llhttp, openssl, undici };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The commit that is checked out and whether files differ from it; a null commit when there is no git or no repository. */
export async function gitState(root = findProject()?.root): Promise<Run['git']> {
  const none = { commit: null, dirty: false };
  if (root === undefined) return none;
  const top = await runTool('git', ['-C', root, 'rev-parse', '--show-toplevel', 'HEAD']);
  if (top === null || top.exitCode !== 0) return none;
  const [toplevel, commit] = top.stdout.trim().split('\n');
  // Unpacked inside somebody else's repository, our files have no commit.
  if (toplevel === undefined || commit === undefined || realpathSync(root) !== realpathSync(toplevel))
    return none;
  const status = await runTool('git', ['-C', root, 'status', '--porcelain']);
  return { commit, dirty: status === null || status.exitCode !== 0 || status.stdout.trim() !== '' };
}

/** Type and device of the file system that holds a folder, for example `ext4 on /dev/vda`. */
function filesystemOf(directory: string): string {
  const mounts = readText('/proc/self/mountinfo');
  if (mounts === null) return 'unknown';
  let path: string;
  try {
    path = realpathSync(directory);
  } catch {
    return 'unknown';
  }
  return findFilesystem(mounts, path);
}

/** `mounts` is the text of mountinfo. The longest mount point wins; of equal ones the later, which hides the earlier. */
export function findFilesystem(mounts: string, path: string): string {
  let best = { length: -1, name: 'unknown' };
  for (const line of mounts.split('\n')) {
    const [mounted, described] = line.split(' - ');
    const point = unescapeOctal(mounted?.split(' ')[4] ?? '');
    const [kind, device] = (described ?? '').split(' ');
    if (point === '' || kind === undefined || kind === '') continue;
    const inside = point === '/' || path === point || path.startsWith(`${point}/`);
    if (inside && point.length >= best.length) best = { length: point.length, name: `${kind} on ${device}` };
  }
  return best.name;
}

/** mountinfo writes space, tab, line feed and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** What stands between us and the hardware; null when nothing says so. */
function virtualization(): string | null {
  const found: string[] = [];
  const product = readText('/sys/class/dmi/id/product_name')?.trim();
  const flags = /^flags\s*:.*\bhypervisor\b/m.test(readText('/proc/cpuinfo') ?? '');
  if (flags) found.push(product ? `virtual machine (${product})` : 'virtual machine');
  const cgroup = readText('/proc/1/cgroup') ?? '';
  if (existsSync('/.dockerenv') || /docker|containerd|kubepods/.test(cgroup)) found.push('container');
  else if (existsSync('/run/.containerenv')) found.push('container (podman)');
  if (/microsoft/i.test(release())) found.push('WSL');
  return found.length === 0 ? null : found.join(', ');
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
