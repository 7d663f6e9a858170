import type { Connection } from './connection.js';

/** Decides when a free connection sends its next request. */
export interface Pacing {
  start(startNs: number, connections: readonly Connection[]): void;
  /** The connection has no request under way (any more). */
  connectionFree(connection: Connection, nowNs: number): void;
  /** Nothing is sent from now on. */
  stop(): void;
  /** Intended starts that are past and still wait for a connection. */
  visitWaiting(visit: (intendedNs: number) => void): void;
}

export type Send = (connection: Connection, intendedNs: number) => void;
