import type { Clock } from '../../ports/clock.js';
import type { Counter, Histogram, Metrics, Stamps } from '../../ports/metrics.js';
import { Backpressure } from '../send-stall.js';

export interface RespMetrics {
  readonly connections: Counter;
  readonly rejectedConnections: Counter;
  readonly commands: Counter;
  readonly errors: Counter;
  readonly protocolErrors: Counter;
  readonly authFailures: Counter;
  readonly retries: Counter;
  readonly timeouts: Counter;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  readonly writes: Counter;
  readonly parseNs: Histogram;
  readonly replyNs: Histogram;
  readonly commandNs: Histogram;
  /** Clients that do not take their answers. */
  readonly backpressure: Backpressure;
  /** For what ends up in these metrics only. */
  readonly stamps: Stamps;
}

export function createRespMetrics(metrics: Metrics, clock: Pick<Clock, 'nowNs'>): RespMetrics {
  const counter = (name: string, help: string): Counter => metrics.counter(`network_resp_${name}`, help);
  return {
    connections: counter('connections_total', 'RESP connections accepted.'),
    rejectedConnections: counter('connections_rejected_total', 'RESP connections refused over a limit.'),
    commands: counter('commands_total', 'RESP commands seen.'),
    errors: counter('errors_total', 'RESP answers that are errors.'),
    protocolErrors: counter('protocol_errors_total', 'RESP connections closed because of malformed bytes.'),
    authFailures: counter('auth_failures_total', 'RESP authentications with a wrong token.'),
    retries: counter('retries_total', 'RESP commands tried again inside the node while there was no leader.'),
    timeouts: counter('timeouts_total', 'RESP connections closed over a time limit.'),
    bytesIn: counter('bytes_in_total', 'Bytes read from RESP clients.'),
    bytesOut: counter('bytes_out_total', 'Bytes written to RESP clients.'),
    writes: counter('writes_total', 'Writes to sockets of RESP clients; each carries all answers ready.'),
    parseNs: metrics.histogram(
      'network_resp_parse_ns',
      'From bytes read to all commands in them understood and on their way.',
    ),
    replyNs: metrics.histogram(
      'network_resp_reply_ns',
      'From the answers of a connection ready to all of them handed to the socket.',
    ),
    commandNs: metrics.histogram(
      'network_resp_command_ns',
      'From the bytes of a command read to its answer handed to the socket.',
    ),
    backpressure: new Backpressure(metrics, clock, 'resp'),
    stamps: metrics.stampsOf(clock),
  };
}
