import type { Consistency } from '../../ports/key-value-service.js';
import type { Compare } from '../../state/vocabulary.js';
import type { Role } from '../security/authenticator.js';
import type { Protocol } from './reply.js';
import type { Load } from './resp-context.js';
import type { Transaction } from './transaction.js';

/** What a connection has said of itself and asked for: the part of it that commands see. */
export class Session {
  readonly id: number;
  readonly address: string;
  readonly openedNs: number;
  name = '';
  libraryName = '';
  libraryVersion = '';
  protocol: Protocol = 2;
  role: Role;
  /** Since then it may authenticate, if it has to. */
  strangerSinceNs: number;
  /** Of reads: linearizable unless the client asked for less (READONLY, CLIENT CONSISTENCY). */
  consistency: Consistency = 'linearizable';
  /** Set by QUIT: what comes behind it is not looked at. */
  quits = false;
  lastCommand = '';
  lastCommandNs: number;
  commands = 0;
  readonly #anonymousRole: Role;
  /** Queued commands and watched keys stay between commands: they count among what all connections hold. */
  readonly #load: Load;
  #transaction: Transaction | null = null;
  readonly #watched = new Map<string, Compare>();
  #watchedBytes = 0;

  constructor(id: number, address: string, anonymousRole: Role, nowNs: number, load: Load) {
    this.id = id;
    this.address = address;
    this.role = this.#anonymousRole = anonymousRole;
    this.openedNs = this.lastCommandNs = this.strangerSinceNs = nowNs;
    this.#load = load;
  }

  /** Between MULTI and EXEC. */
  get transaction(): Transaction | null {
    return this.#transaction;
  }

  get watchedKeys(): number {
    return this.#watched.size;
  }

  begin(transaction: Transaction): void {
    this.#transaction = transaction;
  }

  /** EXEC or DISCARD: gives what the keys watched must still be, and forgets them. */
  end(): readonly Compare[] {
    this.#load.bytes -= this.#transaction?.bytes ?? 0;
    this.#transaction = null;
    const compares = [...this.#watched.values()];
    this.unwatch();
    return compares;
  }

  /** What EXEC must find unchanged; `key` is the text of its key. A key that is watched already keeps the revision it had. */
  watch(key: string, compare: Compare): void {
    if (this.#watched.has(key)) return;
    this.#watched.set(key, compare);
    this.#watchedBytes += key.length;
    this.#load.bytes += key.length;
  }

  unwatch(): void {
    this.#watched.clear();
    this.#load.bytes -= this.#watchedBytes;
    this.#watchedBytes = 0;
  }

  /** RESET: as if just connected. */
  reset(nowNs: number): void {
    this.end();
    this.name = '';
    this.protocol = 2;
    this.role = this.#anonymousRole;
    this.strangerSinceNs = nowNs;
    this.consistency = 'linearizable';
  }
}
