import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'strata-perf-';
/** Names the process that made the folder. */
const NAME = new RegExp(`^${PREFIX}(\\d{1,10})-`);
/** Other containers may share the folder, and their processes cannot be seen from here: only what is old is taken for abandoned. */
const ABANDONED_MS = 3_600_000;

export interface Scratch {
  readonly path: string;
  remove(): void;
}

/**
 * A folder for a recording, removed by `remove` or when this process exits. A process that is killed removes nothing, so the folders of such
 * ones are removed here.
 */
export function perfScratch(parent = tmpdir()): Scratch {
  sweep(parent);
  const path = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  const removeNow = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', removeNow);
  return {
    path,
    remove: () => {
      process.removeListener('exit', removeNow);
      removeNow();
    },
  };
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(parent, name);
    const modifiedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modifiedMs < ABANDONED_MS) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}
