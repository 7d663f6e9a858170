import type { FsyncStrategy } from '../../config/config.js';
import type { Clock } from '../../ports/clock.js';
import type { ClusterAdmin } from '../../ports/cluster-admin.js';
import type { KeyValueService } from '../../ports/key-value-service.js';
import type { Logger } from '../../ports/logger.js';
import type { Limits } from '../limits.js';
import type { RateLimitedLog } from '../rate-limited-log.js';
import type { Authenticator } from '../security/authenticator.js';
import type { CallPool } from './call.js';
import type { ParserLimits } from './command-parser.js';
import type { CommandTable } from './command-table.js';
import type { RespMetrics } from './resp-metrics.js';
import type { ScanCursors } from './scan-cursors.js';
import type { Session } from './session.js';

/** What INFO, HELLO and CONFIG GET tell of the node besides its status. */
export interface RespInfo {
  /** Of this server. */
  readonly version: string;
  /** Told as `appendfsync`. */
  readonly fsync: FsyncStrategy;
}

/** What all connections of a listener share. */
export interface RespContext {
  readonly service: KeyValueService;
  /** Null: the commands that need it (SAVE, BGSAVE, FAILOVER) are refused. */
  readonly admin: ClusterAdmin | null;
  readonly limits: Limits;
  readonly parserLimits: ParserLimits;
  readonly auth: Authenticator;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lines that a client can cause. */
  readonly clientLog: RateLimitedLog;
  readonly metrics: RespMetrics;
  readonly info: RespInfo;
  readonly table: CommandTable;
  readonly calls: CallPool;
  readonly cursors: ScanCursors;
  readonly load: Load;
  /** The open connections, by id. */
  readonly sessions: ReadonlyMap<number, Session>;
  readonly startedNs: number;
  /** The port it listens on. */
  port: number;
  draining: boolean;
}

/** What all connections together hold at the moment. */
export interface Load {
  /** Commands accepted and not yet answered. */
  calls: number;
  /** Bytes of those, and of commands whose end has not come. */
  bytes: number;
}
