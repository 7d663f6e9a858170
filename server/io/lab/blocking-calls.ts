import * as fs from 'node:fs';
import type { DiskCalls } from '../node-file-system.js';

/**
 * Writes and syncs on the event loop itself, as code does that calls the disk where it stands: nothing else of the process happens meanwhile. The callbacks
 * run before the call returns, so that the ledger counts the call and nothing besides; `LateFileSystem` makes up for that.
 */
export const BLOCKING_CALLS: DiskCalls = {
  usesPool: false,
  write: (descriptor, bytes, offset, length, position, done) => {
    let written = 0;
    try {
      written = fs.writeSync(descriptor, bytes, offset, length, position);
    } catch (error) {
      done(error as NodeJS.ErrnoException, 0);
      return;
    }
    done(null, written);
  },
  fsync: (descriptor, done) => settle(() => fs.fsyncSync(descriptor), done),
  fdatasync: (descriptor, done) => settle(() => fs.fdatasyncSync(descriptor), done),
};

function settle(call: () => void, done: (error: NodeJS.ErrnoException | null) => void): void {
  try {
    call();
  } catch (error) {
    done(error as NodeJS.ErrnoException);
    return;
  }
  done(null);
}
