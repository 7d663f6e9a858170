import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProject } from '../machine/project-root.js';
import type { ProbeAvailability } from '../probe.js';

/** A package of the registry that is used when somebody has installed it, and missed by nobody else. */
export interface ToolPackage {
  readonly name: string;
  /** Newer and older ones have other interfaces. */
  readonly major: number;
  /** What one should know before installing it; empty for nothing. */
  readonly caution: string;
}

export interface InstalledTool {
  readonly version: string;
  /** Its folder. */
  readonly path: string;
}

/** The variable that names a folder with tools, so that they need not lie in the project. */
export const TOOLS_DIRECTORY = 'STRATA_TOOLS_DIR';

/** The tool where it is installed, in the folder of the variable or else in the project; null where it is not. */
export function findTool({ name }: ToolPackage, environment = process.env): InstalledTool | null {
  const given = environment[TOOLS_DIRECTORY];
  const folders = [given, findProject()?.root].filter((folder) => folder !== undefined && folder !== '');
  for (const folder of folders) {
    const path = join(folder!, 'node_modules', name);
    const version = versionAt(path);
    if (version !== null) return { version, path };
  }
  return null;
}

function versionAt(path: string): string | null {
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) return null;
  try {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

export function checkTool(tool: ToolPackage, environment = process.env): ProbeAvailability {
  const { name, major, caution } = tool;
  const install = `npm install --no-save ${name}@${major}`;
  const told = caution === '' ? '' : `; ${caution}`;
  const found = findTool(tool, environment);
  if (found === null) return { available: false, detail: `${name} is not installed${told}`, install };
  if (found.version.split('.')[0] !== String(major))
    return { available: false, detail: `${name} ${found.version} is installed, ${major} is needed`, install };
  return { available: true, detail: `${found.version}${told}`, install: null };
}

export const ZERO_X: ToolPackage = { name: '0x', major: 6, caution: '' };

export const CLINIC: ToolPackage = {
  name: 'clinic',
  major: 13,
  caution: 'its authors say that they do not maintain it any more',
};
