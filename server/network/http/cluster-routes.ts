import { z } from 'zod';
import { StrataError } from '../../errors.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import { adminBodyBytesMax } from '../limits.js';
import type { Exchange } from './exchange.js';
import type { Route } from './router.js';
import { checkNoBody, parseSmallBody } from './small-body.js';

const nodeId = z.int().min(1);
const port = z.int().min(1).max(65_535);

const newMember = z.strictObject({
  id: nodeId,
  host: z.string().min(1).max(253),
  peerPort: port,
  httpPort: port,
  respPort: z.int().min(0).max(65_535).default(0),
});
const replacement = z.strictObject({ by: nodeId });
const transfer = z.strictObject({ to: nodeId.nullable().default(null) });

/** The state of the cluster and what an operator may change in it. */
export function clusterRoutes(service: KeyValueService, admin: ClusterAdmin): Route[] {
  const change = {
    role: 'admin',
    parameters: [],
    bodyBytesMax: adminBodyBytesMax,
    kind: 'operation',
  } as const;
  const look = { method: 'GET', role: 'read', parameters: [], bodyBytesMax: 0, kind: 'inspection' } as const;
  return [
    { ...look, path: '/cluster', handle: (exchange) => exchange.json(service.status()) },
    { ...look, path: '/cluster/members', handle: (exchange) => exchange.json({ members: admin.members() }) },
    {
      ...change,
      method: 'POST',
      path: '/cluster/members',
      handle: (exchange, body) => admin.addMember(parseSmallBody(body, newMember), told(exchange)),
    },
    {
      ...change,
      method: 'POST',
      path: '/cluster/members/{id}/promote',
      handle: (exchange, body) => {
        checkNoBody(body);
        admin.promoteMember(idOf(exchange), told(exchange));
      },
    },
    {
      ...change,
      method: 'POST',
      path: '/cluster/members/{id}/replace',
      handle: (exchange, body) =>
        admin.replaceMember(idOf(exchange), parseSmallBody(body, replacement).by, told(exchange)),
    },
    {
      ...change,
      method: 'DELETE',
      path: '/cluster/members/{id}',
      handle: (exchange, body) => {
        checkNoBody(body);
        admin.removeMember(idOf(exchange), told(exchange));
      },
    },
    {
      ...change,
      method: 'POST',
      path: '/cluster/transfer',
      handle: (exchange, body) => admin.transferLeader(parseSmallBody(body, transfer).to, told(exchange)),
    },
  ];
}

function told(exchange: Exchange): (error: Error | null, result: object | null) => void {
  return exchange.answer((result: object) => exchange.json(result));
}

function idOf({ id }: Exchange): number {
  const number = /^[1-9]\d{0,15}$/.test(id) ? Number(id) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new StrataError('STRATA_MEMBER_INVALID', {
      reason: 'the id in the path is no positive whole number',
    });
  }
  return number;
}
