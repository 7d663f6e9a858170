import { StrataError } from '../../errors.js';
import { authorizationsKeptMax } from '../limits.js';
import { type Authenticator, bearerToken, type Role, requireRole } from '../security/authenticator.js';

/**
 * What the sender of an `Authorization` header may do. The authenticator hashes a token each time, so headers that were found right are
 * remembered by their text; wrong ones are not, or guesses would push the right ones out.
 */
export class Authorizer {
  readonly #authenticator: Authenticator;
  readonly #roles = new Map<string, Role>();

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  /** @throws StrataError STRATA_UNAUTHENTICATED, STRATA_FORBIDDEN */
  check(header: string | undefined, needed: Role): void {
    const { required, anonymousRole } = this.#authenticator;
    requireRole(header === undefined || !required ? anonymousRole : this.#roleOf(header), needed);
  }

  #roleOf(header: string): Role {
    const known = this.#roles.get(header);
    if (known !== undefined) return known;
    const token = bearerToken(header);
    const role = token === null ? null : this.#authenticator.roleOfToken(token);
    if (role === null) throw new StrataError('STRATA_UNAUTHENTICATED');
    // One token has many spellings of its header.
    if (this.#roles.size >= authorizationsKeptMax) this.#roles.clear();
    this.#roles.set(header, role);
    return role;
  }
}
