import type { LayerName } from '../../results/schema/index.js';
import { BUSY_LAYERS, hotFunctions, layerShare } from '../cpu/cpu-profile.js';
import {
  isConnectFrame,
  isTickFrame,
  leaderFrameShare,
  leaderLayerShare,
  mechanismShare,
} from '../kpi/cpu-readings.js';
import { fromLeader } from '../kpi/leader-readings.js';
import { deviceBytesPerLogByte } from '../measures/disk-measures.js';
import { type Measured, valueOrNull } from '../measures/measured.js';
import { counter, cpuCores, mainThreadRunqueueShare, mainThreadShare } from '../measures/node-measures.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { decimal, integer, percent, significant } from '../tables/format.js';
import type { AdviceRule, Evidence } from './advice-rule.js';

const CPU = 'CPU time of the leader' as const;

/** Rules over CPU, disk volume, configuration and the machine itself. */
export const MACHINE_RULES: readonly AdviceRule[] = [
  {
    id: 'machine-full',
    claims: ['C8'],
    layer: 'machine',
    of: 'throughput',
    title: 'The machine has no CPU left, and the generator takes part of it',
    action:
      'Run `strata load` from a second machine, or give the nodes one core each: these numbers are a floor.',
    examine: machineFull,
  },
  {
    id: 'loop-busy',
    claims: ['C1', 'C11'],
    layer: 'runtime',
    of: CPU,
    title: 'The event loop of the leader is the limit',
    action: 'Work on the layer with the largest share first; the hot functions of section 3 are the list.',
    examine: loopBusy,
    command: profileCommand,
  },
  {
    id: 'runqueue',
    claims: ['C8'],
    layer: 'machine',
    of: 'throughput',
    title: "The leader's main thread waits for a CPU",
    action: 'More cores than busy threads, or fewer nodes on this machine.',
    examine: runqueue,
  },
  cpuRule(
    'socket-cpu',
    ['N2'],
    'network',
    'Socket reads and writes cost too much CPU',
    'Write several frames with one call (cork, writev); read larger pieces.',
    0.15,
    (point) => mechanismShare(point, ['socket-read', 'socket-write']),
  ),
  cpuRule(
    'codec-cpu',
    ['N6'],
    'network',
    'Serialisation costs too much CPU',
    'Smaller or fewer messages: more entries per message, encoders that write into one buffer, no copies of values.',
    0.25,
    (point) => mechanismShare(point, ['codec'], 'network'),
  ),
  cpuRule(
    'connects',
    ['N4'],
    'network',
    'Connections are opened again and again',
    'Keep connections alive on both sides, and look for what closes them.',
    0.05,
    (point) => leaderFrameShare(point, isConnectFrame),
  ),
  cpuRule(
    'gc',
    ['N6'],
    'runtime',
    'The garbage collector costs too much CPU',
    'Fewer objects a request: reuse buffers, avoid closures on the hot path; give the young generation more room (`--max-semi-space-size`).',
    0.1,
    (point) => leaderLayerShare(point, 'gc'),
  ),
  cpuRule(
    'applier',
    ['C5', 'C6'],
    'state',
    'Applying costs too much CPU',
    'Apply whole batches, and keep the ordered index out of the path of point writes.',
    0.25,
    (point) => leaderLayerShare(point, 'state'),
  ),
  cpuRule(
    'ticker',
    ['C4'],
    'consensus',
    'The heartbeat ticker costs too much CPU',
    'A longer heartbeat: 50 to 150 ms, with elections at 3 to 6 times that.',
    0.2,
    (point) => leaderFrameShare(point, isTickFrame),
  ),
  cpuRule(
    'unattributed',
    [],
    'runtime',
    'Too much CPU belongs to no layer',
    'Not a cost but a blind spot: find the frames marked `unattributed` in the flamegraph and give them an owner.',
    0.05,
    (point) => leaderLayerShare(point, 'unattributed'),
  ),
  {
    id: 'write-amplification',
    claims: ['L11'],
    layer: 'io',
    of: 'bytes written',
    title: 'The disk is given far more bytes than the log holds',
    action: 'Each sync writes whole pages: more entries per sync, or records packed to the page.',
    examine: writeAmplification,
  },
  {
    id: 'heartbeat-ratio',
    claims: ['C4'],
    layer: 'consensus',
    of: 'throughput',
    title: 'Heartbeat and election time-outs are outside the recommended range',
    action: 'Heartbeat 50 to 150 ms, election time-out 3 to 6 times the heartbeat.',
    examine: heartbeatRatio,
  },
  {
    id: 'elections',
    claims: ['C10'],
    layer: 'consensus',
    of: 'throughput',
    title: 'Elections took place under load',
    action:
      'Heartbeats came too late: a blocked loop, a slow disk before them, or a time-out too short for this machine.',
    examine: elections,
  },
];

function cpuRule(
  id: string,
  claims: readonly string[],
  layer: AdviceRule['layer'],
  title: string,
  action: string,
  alert: number,
  read: (point: PointFacts) => Measured,
): AdviceRule {
  const examine = (point: PointFacts): Evidence | null => {
    const share = valueOrNull(read(point));
    if (share === null || share <= alert) return null;
    return {
      text: `${percent(share)} of the leader's CPU samples (alert above ${percent(alert)})`,
      bound: share,
    };
  };
  return { id, claims, layer, title, action, of: CPU, examine, command: profileCommand };
}

function profileCommand(point: PointFacts): string {
  return `strata sweep --levels ${point.point.ref.clients} --probes cpu-profile`;
}

export interface MachineUse {
  readonly nodesCores: number;
  readonly generatorCores: number;
  readonly machineCores: number;
  /** Of all cores. */
  readonly share: number;
}

/** CPU of nodes and generator together; null where /proc gave nothing, or the nodes run elsewhere. */
export function machineUse(point: PointFacts, facts: Facts): MachineUse | null {
  const cores = point.point.nodes.map((node) => valueOrNull(cpuCores(node)));
  const { cluster, machine } = facts.data.run;
  if (cluster.external || cores.length === 0 || cores.includes(null) || machine.cpuCount < 1) return null;
  const nodesCores = cores.reduce<number>((total, value) => total + (value ?? 0), 0);
  const { generatorCpuCores } = point.summary.audit;
  const share = (nodesCores + generatorCpuCores) / machine.cpuCount;
  return { nodesCores, generatorCores: generatorCpuCores, machineCores: machine.cpuCount, share };
}

function machineFull(point: PointFacts, facts: Facts): Evidence | null {
  const use = machineUse(point, facts);
  if (use === null || use.share < 0.9) return null;
  return {
    text: `nodes ${decimal(use.nodesCores, 2)} + generator ${decimal(use.generatorCores, 2)} cores of ${use.machineCores} (${percent(use.share)})`,
    bound: use.generatorCores / (use.nodesCores + use.generatorCores),
  };
}

function loopBusy(point: PointFacts): Evidence | null {
  const busy = valueOrNull(fromLeader(point, mainThreadShare));
  const capture = valueOrNull(point.leaderCpu);
  if (busy === null || busy < 0.85 || capture === null) return null;
  const top = largestLayer(BUSY_LAYERS.map((layer) => ({ layer, share: layerShare(capture, layer) })));
  const hottest = hotFunctions(capture, 1)[0];
  const named =
    hottest === undefined ? '' : `, hottest function \`${hottest.name}\` with ${percent(hottest.self)} self`;
  return {
    text: `main thread on a CPU for ${percent(busy)} of the time; largest layer ${top.layer} with ${percent(top.share)}${named}`,
    bound: top.share,
  };
}

function largestLayer(shares: readonly { layer: LayerName; share: number }[]) {
  return shares.reduce((best, next) => (next.share > best.share ? next : best));
}

function runqueue(point: PointFacts): Evidence | null {
  const share = valueOrNull(fromLeader(point, mainThreadRunqueueShare));
  if (share === null || share < 0.1) return null;
  return { text: `ready to run, and without a CPU, for ${percent(share)} of the window`, bound: share };
}

function writeAmplification(point: PointFacts): Evidence | null {
  const ratio = valueOrNull(deviceBytesPerLogByte(point.point));
  if (ratio === null || ratio < 3) return null;
  return {
    text: `the device wrote ${significant(ratio)} bytes for each byte of log, all nodes and everything else on it together`,
    bound: 1 - 1 / ratio,
  };
}

function heartbeatRatio(_point: PointFacts, facts: Facts): Evidence | null {
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax } = facts.data.run.cluster;
  const low = electionTimeoutMsMin / heartbeatMs;
  const high = electionTimeoutMsMax / heartbeatMs;
  const fits = heartbeatMs >= 50 && heartbeatMs <= 150 && low >= 3 && high <= 6;
  if (facts.data.run.cluster.external || fits) return null;
  return {
    text: `heartbeat ${significant(heartbeatMs)} ms, election ${significant(electionTimeoutMsMin)} to ${significant(electionTimeoutMsMax)} ms (${significant(low)} to ${significant(high)} times)`,
    bound: null,
  };
}

function elections(point: PointFacts): Evidence | null {
  const counts = point.point.nodes.map(
    (node) => valueOrNull(counter(node, 'consensus_elections_total')) ?? 0,
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? null : { text: `${integer(total)} campaigns in the measured window`, bound: null };
}
