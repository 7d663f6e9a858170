import type { Server } from 'node:net';
import { StrataError } from '../errors.js';

/**
 * Binds a server and gives the port, which the system chose when `port` was 0.
 * @throws StrataError STRATA_PORT_IN_USE, STRATA_LISTEN_FAILED
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === 'EADDRINUSE'
          ? new StrataError('STRATA_PORT_IN_USE', { host, port })
          : new StrataError('STRATA_LISTEN_FAILED', { host, port, reason: error.code ?? error.message }),
      );
    };
    server.once('error', onError);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
