/** Requests about the cluster that a follower passes on to the leader, and what it answers. */
import type { NodeId } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { MembershipResult, NewMember, TransferResult } from '../ports/cluster-admin.js';
import type { MemberStatus } from '../ports/key-value-service.js';
import {
  decodeDocument,
  encodeDocument,
  type JsonObject,
  listOf,
  malformed,
  numberOf,
  objectOf,
  textOf,
} from './peer-json.js';

export const CLUSTER_CHANGE = 'cluster.change';
export const CLUSTER_TRANSFER = 'cluster.transfer';

const PORT_MAX = 65_535;
const HOST_CHARACTERS_MAX = 255;
const MEMBERS_MAX = 1_024;

export type MemberChange =
  | { readonly kind: 'add'; readonly member: NewMember }
  | { readonly kind: 'promote'; readonly id: NodeId }
  | { readonly kind: 'remove'; readonly id: NodeId }
  | { readonly kind: 'replace'; readonly id: NodeId; readonly by: NodeId };

export function encodeChange(change: MemberChange): Uint8Array {
  return encodeDocument(change);
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeChange(data: Uint8Array): MemberChange {
  const document = decodeDocument(data);
  const { kind } = document;
  if (kind === 'add') {
    const { id, host, peerPort, httpPort, respPort } = objectOf(document.member, 'member');
    return {
      kind,
      member: {
        id: numberOf(id, 'id', 1),
        host: textOf(host, 'host', HOST_CHARACTERS_MAX),
        peerPort: numberOf(peerPort, 'peerPort', 0, PORT_MAX),
        httpPort: numberOf(httpPort, 'httpPort', 0, PORT_MAX),
        respPort: numberOf(respPort, 'respPort', 0, PORT_MAX),
      },
    };
  }
  const id = numberOf(document.id, 'id', 1);
  if (kind === 'promote' || kind === 'remove') return { kind, id };
  if (kind === 'replace') return { kind, id, by: numberOf(document.by, 'by', 1) };
  throw malformed('a change of membership of an unknown kind');
}

export function encodeTransfer(to: NodeId | null): Uint8Array {
  return encodeDocument({ to });
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeTransfer(data: Uint8Array): NodeId | null {
  const { to } = decodeDocument(data);
  return to === null ? null : numberOf(to, 'to', 1);
}

export function decodeTransferResult({ leader, term }: JsonObject): TransferResult {
  return { leader: numberOf(leader, 'leader', 1), term: numberOf(term, 'term', 1) };
}

export function decodeMembershipResult({ index, members }: JsonObject): MembershipResult {
  return {
    index: numberOf(index, 'index'),
    members: listOf(members, 'members', MEMBERS_MAX).map(decodeMemberStatus),
  };
}

/** Refuses what no cluster could reach; whoever asks over HTTP may have sent anything. */
export function refuseInvalidMember({ id, host, peerPort, httpPort, respPort }: NewMember): void {
  const refuse = (reason: string): never => {
    throw new StrataError('STRATA_MEMBER_INVALID', { reason });
  };
  if (!Number.isSafeInteger(id) || id < 1) refuse('id must be a whole number, 1 or above');
  if (host.length === 0 || host.length > HOST_CHARACTERS_MAX || !/^[\w.:-]+$/.test(host))
    refuse(`host must be a name or an address of 1 to ${HOST_CHARACTERS_MAX} characters`);
  const isPort = (port: number, min: number): boolean =>
    Number.isSafeInteger(port) && port >= min && port <= PORT_MAX;
  if (!isPort(peerPort, 1)) refuse(`peerPort must be 1 to ${PORT_MAX}`);
  if (!isPort(httpPort, 1)) refuse(`httpPort must be 1 to ${PORT_MAX}`);
  if (!isPort(respPort, 0)) refuse(`respPort must be 0 (none) to ${PORT_MAX}`);
}

function decodeMemberStatus(value: unknown): MemberStatus {
  const member = objectOf(value, 'a member');
  const { state, voter } = member;
  if (state !== null && state !== 'probe' && state !== 'replicate' && state !== 'snapshot')
    throw malformed('the state of a member is unknown');
  if (typeof voter !== 'boolean') throw malformed('voter is neither true nor false');
  return {
    id: numberOf(member.id, 'id', 1),
    httpUrl: textOf(member.httpUrl, 'httpUrl', 2 * HOST_CHARACTERS_MAX),
    respUrl: member.respUrl === null ? null : textOf(member.respUrl, 'respUrl', 2 * HOST_CHARACTERS_MAX),
    host: textOf(member.host, 'host', HOST_CHARACTERS_MAX),
    peerPort: numberOf(member.peerPort, 'peerPort', 0, PORT_MAX),
    voter,
    match: member.match === null ? null : numberOf(member.match, 'match'),
    state,
  };
}
