import { once } from 'node:events';
import type { SnapshotMeta } from '../../consensus/messages.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import { adminBodyBytesMax } from '../limits.js';
import { SendStall } from '../send-stall.js';
import type { Exchange, RouteTools } from './exchange.js';
import type { HttpMetrics } from './http-metrics.js';
import type { Route } from './router.js';
import { checkNoBody } from './small-body.js';

/** `POST /snapshot` and `GET /backup`: this node's own state, kept here or taken away. */
export function snapshotRoutes(admin: ClusterAdmin, { metrics }: RouteTools): Route[] {
  return [
    {
      method: 'POST',
      path: '/snapshot',
      role: 'admin',
      parameters: [],
      bodyBytesMax: adminBodyBytesMax,
      kind: 'operation',
      handle: (exchange, body) => {
        checkNoBody(body);
        admin.takeSnapshot(exchange.answer((meta: SnapshotMeta) => exchange.json(meta)));
      },
    },
    {
      method: 'GET',
      head: false,
      path: '/backup',
      role: 'admin',
      parameters: [],
      bodyBytesMax: 0,
      kind: 'operation',
      handle: (exchange) => stream(exchange, admin.backup(), metrics),
    },
  ];
}

/**
 * The head leaves with the first block, so what is wrong before it is an answer like any other. What goes wrong later can only be told by an
 * answer that breaks off: its last chunk is missing, and the file's own checksum too.
 */
async function stream(
  exchange: Exchange,
  blocks: AsyncIterable<Uint8Array>,
  metrics: HttpMetrics,
): Promise<void> {
  const { response, connection } = exchange;
  const stall = new SendStall(response, metrics.backpressure);
  // A client that leaves ends the wait for room; the loop then ends the iterator, which gives the snapshot up.
  const left = new AbortController();
  const stay = connection.whenClosed(() => left.abort());
  try {
    for await (const block of blocks) {
      if (left.signal.aborted) break;
      if (!response.headersSent) {
        response.writeHead(200, backupHeaders);
        // Nothing that a drain has to wait for: it may take minutes, and can be asked of another node.
        exchange.leave();
      }
      metrics.bytesOut.add(block.length);
      if (response.write(block)) continue;
      stall.note();
      await once(response, 'drain', { signal: left.signal });
    }
    response.end();
  } catch (error) {
    if (!response.headersSent && !left.signal.aborted) {
      exchange.fail(error);
      return;
    }
    response.destroy();
    exchange.leave();
  } finally {
    stay();
  }
}

const backupHeaders = [
  'Content-Type',
  'application/octet-stream',
  'Content-Disposition',
  'attachment; filename="strata.snapshot"',
  'Cache-Control',
  'no-store',
];
