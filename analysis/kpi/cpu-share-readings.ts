import type { LayerName } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { combine, type Measured, valueOrNull } from '../measures/measured.js';
import { histogramCount } from '../measures/node-measures.js';
import { isWrite } from '../measures/syscalls.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { sweepAgain } from '../report/run-again.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { integer, percent, significant } from '../tables/format.js';
import {
  followerFrameShare,
  isConnectFrame,
  isLockFrame,
  isPoolFrame,
  isTickFrame,
  leaderFrameShare,
  leaderLayerShare,
  leaderSelfShare,
  mechanismShare,
} from './cpu-readings.js';
import { fromLeader } from './leader-readings.js';
import { leaderMeanMs, seenWith } from './seen.js';

/**
 * Shares of the samples of the leader's main thread that are not idle; what is measured there is also what could be saved. V8 samples by the clock: a thread that
 * waits for a CPU is in them where it stands.
 */
function cpuReading(
  read: (point: PointFacts) => Measured,
  detail: (point: PointFacts) => string = () => '',
): Reading {
  return reading(
    'share',
    (point, _facts, { bad }) =>
      seenWith(read(point), (value) => ({
        value,
        evidence: t`${percent(value)} of the samples of the leader's main thread that are not idle, waits for a CPU among them (alert above ${percent(bad)})${detail(point)}`,
        bound: value,
      })),
    { command: profileCommand },
  );
}

const layerReading = (layer: LayerName): Reading => cpuReading((point) => leaderLayerShare(point, layer));

export function profileCommand(point: PointFacts, facts: Facts): string {
  return sweepAgain(facts, [point.point.ref.clients], 'cpu-profile');
}

const READS: ReadonlySet<string> = new Set(['read', 'readv', 'recvfrom', 'recvmsg']);

export const CPU_READINGS = {
  'cpu-socket-io': cpuReading((point) => mechanismShare(point, ['socket-read', 'socket-write'])),
  'cpu-socket-writes': cpuReading((point) => mechanismShare(point, ['socket-write']), writesOfReplies),
  'cpu-socket-reads': cpuReading((point) => mechanismShare(point, ['socket-read'])),
  'cpu-pool-code': cpuReading((point) => leaderSelfShare(point, isPoolFrame)),
  'cpu-connects': cpuReading((point) => leaderFrameShare(point, isConnectFrame)),
  'cpu-network-codec': cpuReading((point) => mechanismShare(point, ['codec'], 'network')),
  'cpu-log-codec': cpuReading((point) => mechanismShare(point, ['codec'], 'log')),
  'cpu-lock-code': cpuReading((point) => leaderFrameShare(point, isLockFrame)),
  'cpu-leader-ticker': cpuReading((point) => leaderFrameShare(point, isTickFrame)),
  'cpu-state-layer': layerReading('state'),
  'cpu-garbage-collector': layerReading('gc'),
  'cpu-unattributed': layerReading('unattributed'),
  'cpu-follower-ticker': reading(
    'share',
    (point, _facts, { bad }) =>
      seenWith(followerFrameShare(point, isTickFrame), (value) => ({
        value,
        evidence: t`${percent(value)} of the samples of a follower's main thread that are not idle, waits for a CPU among them (alert above ${percent(bad)})`,
      })),
    { command: profileCommand },
  ),
} as const satisfies Readonly<Record<string, Reading>>;

export const NETWORK_READINGS = {
  'rpc-mean': reading('ms', rpcMean, { parameters: { pingsMin: 10 } }),
} as const satisfies Readonly<Record<string, Reading>>;

/** One ping a second and peer: in a short window their mean is that of a few, and one late ping moves it across any threshold. */
function rpcMean(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { pingsMin = 0 } = parameters;
  const pings = fromLeader(point, (node) => histogramCount(node, 'network_peer_rtt_ns'));
  return combine(leaderMeanMs(point, 'network_peer_rtt_ns'), pings, (value, count) =>
    count >= pingsMin
      ? { value }
      : {
          value,
          undecidedBecause: t`${integer(count)} pings are too few for a mean (at least ${integer(pingsMin)})`,
        },
  );
}

/** What a tracer counted, where one told descriptors apart: counts are right where times are not. */
function writesOfReplies(point: PointFacts): string {
  const capture = valueOrNull(
    leaderCapture(point.point, 'strata.syscalls/1', (each) => each.byDescriptor !== undefined),
  );
  const clients = capture?.byDescriptor?.filter((row) => row.descriptor === 'client') ?? [];
  const calls = (wanted: (syscall: string) => boolean) =>
    clients.filter((row) => wanted(row.syscall)).reduce((total, row) => total + row.calls, 0);
  const reads = calls((syscall) => READS.has(syscall));
  if (capture === null || reads === 0) return '';
  return t`; \`${capture.probe}\` counted ${significant(calls(isWrite) / reads)} writes to clients for each read from them`;
}
