import assert from 'node:assert/strict';
import type { VolatileFileSystem } from '../../io/volatile-file-system.js';
import { namesIn } from './directory-fixtures.js';
import { type Opened, openTestLog } from './log-fixtures.js';

function assertTidy(disk: VolatileFileSystem): void {
  const temporary = namesIn(disk).filter((name) => name.endsWith('.tmp'));
  assert.deepEqual(temporary, []);
}

/** Opens, closes, opens again: what a start makes of a directory must itself be a good one. */
export async function twice(
  disk: VolatileFileSystem,
  options: Parameters<typeof openTestLog>[1],
  look: (opened: Opened) => Promise<void> | void,
): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const opened = await openTestLog(disk, options);
    assertTidy(disk);
    await look(opened);
    await opened.log.close();
  }
}
