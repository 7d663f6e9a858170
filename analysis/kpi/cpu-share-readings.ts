import type { LayerName } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import type { Measured } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { sweepAgain } from '../report/run-again.js';
import { type Reading, reading } from '../rules/reading.js';
import { percent } from '../tables/format.js';
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
import { leaderMeanMs, seen, seenWith } from './seen.js';

/** Shares of the CPU samples of the leader's main thread; what is measured there is also what could be saved. */
function cpuReading(read: (point: PointFacts) => Measured): Reading {
  return reading(
    'share',
    (point, _facts, { bad }) =>
      seenWith(read(point), (value) => ({
        value,
        evidence: t`${percent(value)} of the leader's CPU samples (alert above ${percent(bad)})`,
        bound: value,
      })),
    { command: profileCommand },
  );
}

const layerReading = (layer: LayerName): Reading => cpuReading((point) => leaderLayerShare(point, layer));

export function profileCommand(point: PointFacts, facts: Facts): string {
  return sweepAgain(facts, [point.point.ref.clients], 'cpu-profile');
}

export const CPU_READINGS = {
  'cpu-socket-io': cpuReading((point) => mechanismShare(point, ['socket-read', 'socket-write'])),
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
        evidence: t`${percent(value)} of a follower's CPU samples (alert above ${percent(bad)})`,
      })),
    { command: profileCommand },
  ),
} as const satisfies Readonly<Record<string, Reading>>;

export const NETWORK_READINGS = {
  'rpc-mean': reading('ms', (point) => seen(leaderMeanMs(point, 'network_peer_rtt_ns'))),
} as const satisfies Readonly<Record<string, Reading>>;
