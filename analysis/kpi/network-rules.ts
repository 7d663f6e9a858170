import { nanos, percent } from '../tables/format.js';
import {
  isConnectFrame,
  isPoolFrame,
  leaderFrameShare,
  leaderSelfShare,
  mechanismShare,
} from './cpu-readings.js';
import { type KpiRule, reading } from './kpi-rule.js';
import { leaderMean } from './leader-readings.js';

export const NETWORK_RULES: readonly KpiRule[] = [
  {
    id: 'socket-cpu',
    claim: 'N2',
    layer: 'network',
    name: 'send + recv share of CPU',
    meaning:
      "socket reads and writes (mechanisms `socket-read`, `socket-write`) in the leader's CPU profile, any owner; a lower bound, because V8 books what libuv reads by itself under (program)",
    direction: 'below',
    good: 0.05,
    bad: 0.15,
    format: percent,
    scope: 'point',
    read: (point) => reading(mechanismShare(point, ['socket-read', 'socket-write'])),
  },
  {
    id: 'pool-cpu',
    claim: 'N4',
    layer: 'network',
    name: 'connection pool share of CPU',
    meaning:
      'samples in the code of the peer pool itself: finding the connection, not encoding for it or writing to it',
    direction: 'below',
    good: 0.02,
    bad: 0.1,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderSelfShare(point, isPoolFrame)),
  },
  {
    id: 'connect-cpu',
    claim: 'N4',
    layer: 'network',
    name: 'connect() share of CPU',
    meaning: 'samples with a connect anywhere in the stack; connects are counted in section 1 as well',
    direction: 'below',
    good: 0.01,
    bad: 0.05,
    format: percent,
    scope: 'point',
    read: (point) => reading(leaderFrameShare(point, isConnectFrame)),
  },
  {
    id: 'codec-cpu',
    claim: 'N6',
    layer: 'network',
    name: 'serialisation share of CPU',
    meaning: 'mechanism `codec` owned by the network layer: peer messages and frames',
    direction: 'below',
    good: 0.15,
    bad: 0.25,
    format: percent,
    scope: 'point',
    read: (point) => reading(mechanismShare(point, ['codec'], 'network')),
  },
  {
    id: 'rpc-mean',
    claim: 'N12',
    layer: 'network',
    name: 'RPC mean latency',
    meaning:
      "round trip of a ping from the leader on the connection that carries the log, once a second: both sockets and both event loops, no disk (`network_peer_rtt_ns`). With the peer's disk it is the replication delay",
    direction: 'below',
    good: 5e6,
    bad: 5e6,
    format: nanos,
    scope: 'point',
    read: (point) => reading(leaderMean(point, 'network_peer_rtt_ns')),
  },
];
