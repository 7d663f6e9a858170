import { isIP } from 'node:net';
import type { NodeConfig } from '../../config/config.js';
import { StrataError } from '../../errors.js';

const advice = 'or set security.allowInsecureListen: true on a network that nobody else can reach';

/**
 * Refuses to listen where strangers are without asking who comes. Gives what is allowed and still worth a warning.
 * @throws StrataError STRATA_CONFIG_INVALID naming the field and what to set
 */
export function checkListenRules(config: NodeConfig): readonly string[] {
  return [...checkClients(config), ...checkPeers(config)];
}

function checkClients({ host, security }: NodeConfig): string[] {
  if (isLoopback(host)) return [];
  const { tokensFile, clientTls, anonymousRole, allowInsecureListen } = security;
  if (tokensFile === undefined && clientTls?.caFile === undefined) {
    if (allowInsecureListen) return [`clients may connect to ${host} and do anything without a token`];
    throw refused(
      'host',
      host,
      `beyond the loopback it needs security.tokensFile or security.clientTls with caFile; set one, ${advice}`,
    );
  }
  const isOpen = tokensFile !== undefined && clientTls?.caFile === undefined;
  if (isOpen && (anonymousRole === 'write' || anonymousRole === 'admin') && !allowInsecureListen) {
    throw refused(
      'security.anonymousRole',
      anonymousRole,
      `beyond the loopback (host ${host}) it must be none or read, ${advice}`,
    );
  }
  if (clientTls !== undefined) return [];
  return [`tokens travel to ${host} in plain text; set security.clientTls`];
}

function checkPeers({ id, peerHost, members, security }: NodeConfig): string[] {
  const index = members.findIndex((member) => member.id === id);
  const host = peerHost ?? members[index]!.host;
  if (isLoopback(host)) return [];
  const { peerTls, peerSecretFile, allowInsecureListen } = security;
  if (peerTls !== undefined) return [];
  if (peerSecretFile !== undefined) {
    return [`the peers on ${host} prove themselves, but talk in plain text; set security.peerTls`];
  }
  if (allowInsecureListen) return [`whoever reaches the peer port on ${host} may act as a member`];
  throw refused(
    peerHost === undefined ? `members.${index}.host` : 'peerHost',
    host,
    `a peer port beyond the loopback needs security.peerTls or security.peerSecretFile; set one, ${advice}`,
  );
}

/** Addresses that only this machine reaches. A name other than `localhost` may lead anywhere. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const address = bare.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === 'localhost' || address === '::1';
}

function refused(field: string, actual: string, rule: string): StrataError {
  return new StrataError('STRATA_CONFIG_INVALID', { field, actual: JSON.stringify(actual), rule });
}
