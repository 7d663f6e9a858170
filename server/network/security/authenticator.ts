import { hash, timingSafeEqual } from 'node:crypto';
import type { NodeConfig } from '../../config/config.js';
import { StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import { readTokens, type Token } from './token-file.js';

/** What a client may do. Each includes the ones before it; `none` may only ask whether the node lives. */
export type Role = 'none' | 'read' | 'write' | 'admin';

/** Who a client is, by the token it shows. */
export interface Authenticator {
  /** Whether there are tokens at all. Without them everybody has `anonymousRole`, which is `admin` then. */
  readonly required: boolean;
  /** What a client without a token may do. */
  readonly anonymousRole: Role;
  /** Null for a token that is not known: refuse it with STRATA_UNAUTHENTICATED, whatever the anonymous role is. */
  roleOfToken(token: string): Role | null;
}

const ranks: Readonly<Record<Role, number>> = { none: 0, read: 1, write: 2, admin: 3 };

export function allows(role: Role, needed: Role): boolean {
  return ranks[role] >= ranks[needed];
}

/**
 * Returns when `role` suffices. Tokens never have the role `none`, so who has it showed none.
 * @throws StrataError STRATA_UNAUTHENTICATED: a token is needed. STRATA_FORBIDDEN: it needs another role.
 */
export function requireRole(role: Role, needed: Role): void {
  if (allows(role, needed)) return;
  if (role === 'none') throw new StrataError('STRATA_UNAUTHENTICATED');
  throw new StrataError('STRATA_FORBIDDEN', { actual: role, needed });
}

/** The token of an `Authorization` header, null when it is of another kind (RFC 6750 §2.1; the scheme's case does not count). */
export function bearerToken(header: string): string | null {
  return /^bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1] ?? null;
}

/**
 * Reads the tokens that the configuration names.
 * @throws StrataError STRATA_SECRET_UNREADABLE
 */
export function createAuthenticator(security: NodeConfig['security'], logger: Logger): Authenticator {
  if (security.tokensFile === undefined) return openToAll;
  const tokens = readTokens('security.tokensFile', security.tokensFile, logger);
  return new TokenAuthenticator(tokens, security.anonymousRole);
}

/** Nobody is asked for a token: a node on the loopback, or one whose clients prove themselves by TLS certificates. */
export const openToAll: Authenticator = { required: false, anonymousRole: 'admin', roleOfToken: () => null };

export class TokenAuthenticator implements Authenticator {
  readonly required = true;
  readonly anonymousRole: Role;
  /** Of the tokens nothing else is kept: a heap snapshot must not hold them. */
  readonly #known: readonly { readonly digest: Buffer; readonly role: Role }[];

  constructor(tokens: readonly Token[], anonymousRole: Role) {
    this.#known = tokens.map(({ token, role }) => ({ digest: digestOf(token), role }));
    this.anonymousRole = anonymousRole;
  }

  /** Takes the same time for every token: digests have one length, all are compared, and none ends the search. */
  roleOfToken(token: string): Role | null {
    const digest = digestOf(token);
    let role: Role | null = null;
    for (const known of this.#known) {
      if (timingSafeEqual(known.digest, digest)) role = known.role;
    }
    return role;
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
