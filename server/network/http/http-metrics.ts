import type { Clock } from '../../ports/clock.js';
import type { Counter, Histogram, Metrics } from '../../ports/metrics.js';
import { Backpressure } from '../send-stall.js';
import { ReplyTimer } from './reply-timer.js';

export interface HttpMetrics {
  readonly requests: Counter;
  readonly errors: Counter;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  readonly parseNs: Histogram;
  readonly replies: ReplyTimer;
  /** Clients that do not take their answers. */
  readonly backpressure: Backpressure;
}

export function createHttpMetrics(metrics: Metrics, clock: Pick<Clock, 'nowNs'>): HttpMetrics {
  return {
    requests: metrics.counter('network_http_requests_total', 'HTTP requests seen.'),
    errors: metrics.counter(
      'network_http_errors_total',
      'HTTP answers with an error; a read of a key that does not exist is none.',
    ),
    bytesIn: metrics.counter('network_http_bytes_in_total', 'Body bytes of HTTP requests.'),
    bytesOut: metrics.counter('network_http_bytes_out_total', 'Body bytes of HTTP answers.'),
    parseNs: metrics.histogram(
      'network_parse_ns',
      'From a request seen to its body complete and understood.',
    ),
    replies: new ReplyTimer(
      metrics.histogram(
        'network_reply_ns',
        'From the outcome known to the answer handed to the socket; one in eight and all that are sampled.',
      ),
      metrics.stampsOf(clock),
    ),
    backpressure: new Backpressure(metrics, clock, 'http'),
  };
}

/** What is held at the moment. */
export interface HttpHoldings {
  readonly connections: () => number;
  readonly inFlight: () => number;
  readonly bodyBytes: () => number;
  readonly answerBytes: () => number;
  readonly watches: () => number;
}

export function watchHttpGauges(metrics: Metrics, held: HttpHoldings): void {
  metrics.gauge('network_http_connections', 'HTTP connections open.', held.connections);
  metrics.gauge(
    'network_http_in_flight',
    'Operations accepted over HTTP and not yet answered.',
    held.inFlight,
  );
  metrics.gauge('network_http_held_bytes', 'Bytes of bodies of operations under way.', held.bodyBytes);
  metrics.gauge(
    'network_http_unread_bytes',
    'Bytes of long answers that clients have not taken yet.',
    held.answerBytes,
  );
  metrics.gauge('network_http_watches', 'Watches over HTTP.', held.watches);
}
