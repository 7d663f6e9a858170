import { connect, isIP, type Socket } from 'node:net';
import { TLSSocket, connect as tlsConnect } from 'node:tls';
import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { PeerAddress } from '../../ports/transport.js';
import type { TlsOptions } from '../security/tls.js';

/** What differs between a plain socket and one under TLS; everything above sees a stream of bytes. */

const channelLabel = 'EXPORTER-strata-peer';
const channelBytes = 32;
const noBytes = Buffer.alloc(0);

export function dialPeer({ host, peerPort }: PeerAddress, tls: TlsOptions | null): Socket {
  if (tls === null) return connect({ host, port: peerPort, noDelay: true });
  // The certificate must name the address that was dialled. An address of digits is no server name (RFC 6066 §3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  return tlsConnect({ ...tls, ...name, host, port: peerPort, rejectUnauthorized: true });
}

/** When the side that dialled may speak: with TLS the certificates have been checked by then. */
export function readyEvent(socket: Socket): 'connect' | 'secureConnect' {
  return socket instanceof TLSSocket ? 'secureConnect' : 'connect';
}

/** Keying material that only the two ends of a TLS session have (RFC 5705); empty without TLS. */
export function channelOf(socket: Socket): Buffer {
  if (!(socket instanceof TLSSocket)) return noBytes;
  return socket.exportKeyingMaterial(channelBytes, channelLabel, noBytes);
}

/** Errors of OpenSSL and of the check of certificates, as opposed to those of the network. */
export function isTlsFault(code: string): boolean {
  return /CERT|TLS|SSL|SIGNATURE|_CA_/.test(code);
}

/** Why a connection to `node` ended, or never stood. */
export function unreachable(node: NodeId, reason: string): StrataError {
  return new StrataError('STRATA_PEER_UNREACHABLE', { node, reason });
}
