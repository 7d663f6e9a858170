import { InvariantError } from '../../errors.js';
import type { CommandSpec } from './command-spec.js';
import { connectionCommands } from './commands/connection.js';
import { expiryCommands } from './commands/expiry.js';
import { keyCommands } from './commands/keys.js';
import { scanCommands } from './commands/scan.js';
import { serverCommands } from './commands/server.js';
import { stringCommands } from './commands/strings.js';
import { transactionCommands } from './commands/transactions.js';
import { unsupportedCommands } from './commands/unsupported.js';

const SLOTS = 1_024;

/** All commands by name. Looked up by the bytes of the name, in any case, without making a string of them. */
export class CommandTable {
  readonly all: readonly CommandSpec[];
  readonly #slots: (readonly CommandSpec[] | undefined)[] = new Array(SLOTS).fill(undefined);

  constructor(all: readonly CommandSpec[]) {
    this.all = all;
    for (const spec of all) {
      const bytes = Buffer.from(spec.name, 'latin1');
      if (this.find(bytes, 0, bytes.length) !== null)
        throw new InvariantError(`two commands are named ${spec.name}`);
      const slot = slotOf(bytes, 0, bytes.length);
      this.#slots[slot] = [...(this.#slots[slot] ?? []), spec];
    }
  }

  find(bytes: Uint8Array, start: number, end: number): CommandSpec | null {
    const candidates = this.#slots[slotOf(bytes, start, end)];
    if (candidates === undefined) return null;
    for (const spec of candidates) if (isName(spec.name, bytes, start, end)) return spec;
    return null;
  }

  byName(name: string): CommandSpec | null {
    const bytes = Buffer.from(name, 'latin1');
    return this.find(bytes, 0, bytes.length);
  }
}

export function createCommandTable(): CommandTable {
  return new CommandTable([
    ...connectionCommands,
    ...stringCommands,
    ...keyCommands,
    ...expiryCommands,
    ...scanCommands,
    ...transactionCommands,
    ...serverCommands,
    ...unsupportedCommands,
  ]);
}

/** Bit 0x20 makes letters lower case; what it makes of other bytes is sorted out by `isName`. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at]! | 0x20)) | 0;
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** Names are lower-case letters, so no byte but their two cases gives them under bit 0x20. */
function isName(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}
