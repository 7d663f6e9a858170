import type { Consistency } from '../../ports/key-value-service.js';
import type { Compare } from '../../state/vocabulary.js';
import type { Role } from '../security/authenticator.js';
import type { Protocol } from './reply.js';
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
  /** Of reads: linearizable unless the client asked for less (READONLY, CLIENT CONSISTENCY). */
  consistency: Consistency = 'linearizable';
  /** Between MULTI and EXEC. */
  transaction: Transaction | null = null;
  /** What EXEC must find unchanged: keys as Latin-1 text, each with the revision it had. */
  readonly watched = new Map<string, Compare>();
  /** Set by QUIT: what comes behind it is not looked at. */
  quits = false;
  lastCommand = '';
  lastCommandNs: number;
  commands = 0;
  readonly #anonymousRole: Role;

  constructor(id: number, address: string, anonymousRole: Role, nowNs: number) {
    this.id = id;
    this.address = address;
    this.role = this.#anonymousRole = anonymousRole;
    this.openedNs = this.lastCommandNs = nowNs;
  }

  /** RESET: as if just connected. */
  reset(): void {
    this.name = '';
    this.protocol = 2;
    this.role = this.#anonymousRole;
    this.consistency = 'linearizable';
    this.transaction = null;
    this.watched.clear();
  }
}
