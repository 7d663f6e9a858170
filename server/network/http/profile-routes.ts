import { pipeline, Readable } from 'node:stream';
import type { Clock } from '../../ports/clock.js';
import type { Exchange } from './exchange.js';
import { cpuProfilePieces, cpuStacks, takeCpuProfile } from './profiling/cpu-profiler.js';
import { heapProfilePieces, heapStacks, takeHeapProfile } from './profiling/heap-profiler.js';
import { Inspector } from './profiling/inspector.js';
import { foldedPieces, pprofBytes, speedscopePieces } from './profiling/stack-formats.js';
import type { StackProfile } from './profiling/stack-profile.js';
import type { Route } from './router.js';

const secondsMax = 120;
const secondsDefault = 10;
const json = 'application/json';

/** `/debug/pprof/*`: where the time and the memory of this process go, in the formats that tools read. */
export function profileRoutes(clock: Clock): Route[] {
  const inspector = new Inspector(clock);
  const debug = { method: 'GET', head: false, role: 'admin', bodyBytesMax: 0, kind: 'inspection' } as const;
  return [
    {
      ...debug,
      path: '/debug/pprof/profile',
      parameters: ['seconds', 'format', 'interval_us'],
      handle: async (exchange) => {
        const { query, connection } = exchange;
        const seconds = query.integer('seconds', 1, secondsMax, secondsDefault);
        const intervalUs = query.integer('interval_us', 50, 100_000, 1_000);
        const format = query.choice('format', ['pprof', 'cpuprofile', 'speedscope', 'folded']);
        const startMs = Date.now();
        const profile = await whileThere(exchange, (gone) =>
          takeCpuProfile(inspector, seconds, intervalUs, gone),
        );
        if (connection.isClosed) return;
        if (format === 'cpuprofile') stream(exchange, json, cpuProfilePieces(profile));
        else await answer(exchange, format, cpuStacks(profile, intervalUs), startMs, 'cpu');
      },
    },
    {
      ...debug,
      path: '/debug/pprof/heap',
      parameters: ['seconds', 'format', 'kind', 'interval_bytes'],
      handle: async (exchange) => {
        const { query, connection } = exchange;
        const seconds = query.integer('seconds', 1, secondsMax, secondsDefault);
        const intervalBytes = query.integer('interval_bytes', 1_024, 16_777_216, 32_768);
        const kind = query.choice('kind', ['inuse', 'alloc']);
        const format = query.choice('format', ['pprof', 'heapprofile', 'speedscope', 'folded']);
        const startMs = Date.now();
        const profile = await whileThere(exchange, (gone) =>
          takeHeapProfile(inspector, kind, seconds, intervalBytes, gone),
        );
        if (connection.isClosed) return;
        const durationNs = seconds * 1e9;
        if (format === 'heapprofile') stream(exchange, json, heapProfilePieces(profile));
        else
          await answer(
            exchange,
            format,
            heapStacks(profile, kind, intervalBytes, durationNs),
            startMs,
            'heap',
          );
      },
    },
  ];
}

async function answer(
  exchange: Exchange,
  format: 'pprof' | 'speedscope' | 'folded',
  profile: StackProfile,
  startMs: number,
  name: string,
): Promise<void> {
  if (format === 'speedscope') stream(exchange, json, speedscopePieces(profile, name));
  else if (format === 'folded') stream(exchange, 'text/plain; charset=utf-8', foldedPieces(profile));
  else {
    const disposition = `attachment; filename="${name}.pb.gz"`;
    const headers = ['Content-Type', 'application/octet-stream', 'Content-Disposition', disposition];
    exchange.send(200, headers, await pprofBytes(profile, startMs));
  }
}

/** An answer of unknown length: it may have megabytes and goes out in pieces. A client that leaves ends it. */
function stream({ response }: Exchange, type: string, pieces: Iterable<string>): void {
  response.writeHead(200, ['Content-Type', type]);
  pipeline(Readable.from(pieces), response, () => {});
}

/** A profile that ends when the client is gone. No byte passes while it is taken, so the socket's idle limit must not end it. */
async function whileThere<Profile>(
  { request, connection }: Exchange,
  take: (gone: Promise<void>) => Promise<Profile>,
): Promise<Profile> {
  request.socket.setTimeout(0);
  let stay = (): boolean => true;
  const gone = new Promise<void>((resolve) => {
    stay = connection.whenClosed(resolve);
  });
  try {
    return await take(gone);
  } finally {
    stay();
  }
}
