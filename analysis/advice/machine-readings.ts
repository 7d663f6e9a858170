import { BUSY_LAYERS, hotFunctions, layerShare } from '../cpu/cpu-profile.js';
import { profileCommand } from '../kpi/cpu-share-readings.js';
import { fromLeader } from '../kpi/leader-readings.js';
import { seenWith } from '../kpi/seen.js';
import { t } from '../language/language.js';
import { deviceBytesPerLogByte } from '../measures/disk-measures.js';
import { combine, type Measured, measured, missing, valueOrNull } from '../measures/measured.js';
import { counter, mainThreadRunqueueShare, mainThreadShare } from '../measures/node-measures.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { decimal, integer, percent, significant } from '../tables/format.js';
import { machineUse } from './machine-use.js';

/** Readings over CPU, disk volume, configuration and the machine itself. */
export const MACHINE_READINGS = {
  'machine-cpu-used': reading('share', machineFull),
  'leader-loop-busy': reading('share', loopBusy, { command: profileCommand }),
  'leader-run-queue': reading('share', (point) =>
    seenWith(fromLeader(point, mainThreadRunqueueShare), (value) => ({
      value,
      evidence: t`ready to run, and without a CPU, for ${percent(value)} of the window`,
      bound: value,
    })),
  ),
  'device-bytes-per-log-byte': reading('times', (point) =>
    seenWith(deviceBytesPerLogByte(point.point), (value) => ({
      value,
      evidence: t`the device wrote ${significant(value)} bytes for each byte of log, all nodes and everything else on it together`,
      bound: value > 0 ? 1 - 1 / value : null,
    })),
  ),
  'heartbeat-range': reading('count', heartbeatRange, {
    parameters: { heartbeatMsMin: 50, heartbeatMsMax: 150, ratioMin: 3, ratioMax: 6 },
  }),
  'elections-in-window': reading('count', elections),
} as const satisfies Readonly<Record<string, Reading>>;

function machineFull(point: PointFacts, facts: Facts): Measured<Seen> {
  const use = machineUse(point, facts);
  if (use === null) return missing(t`the CPU time of the nodes is not known`);
  const { nodesCores, generatorCores, machineCores, share } = use;
  return measured({
    value: share,
    evidence: t`nodes ${decimal(nodesCores, 2)} + generator ${decimal(generatorCores, 2)} cores of ${machineCores} (${percent(share)})`,
    bound: generatorCores / (nodesCores + generatorCores),
  });
}

function loopBusy(point: PointFacts): Measured<Seen> {
  return combine(fromLeader(point, mainThreadShare), point.leaderCpu, (busy, capture) => {
    const top = BUSY_LAYERS.map((layer) => ({ layer, share: layerShare(capture, layer) })).reduce(
      (best, next) => (next.share > best.share ? next : best),
    );
    const hottest = hotFunctions(capture, 1)[0];
    const named =
      hottest === undefined
        ? ''
        : t`, hottest function \`${hottest.name}\` with ${percent(hottest.self)} self`;
    return {
      value: busy,
      evidence: t`main thread on a CPU for ${percent(busy)} of the time; largest layer ${top.layer} with ${percent(top.share)}${named}`,
      bound: top.share,
    };
  });
}

/** How many of the three recommendations the configuration leaves: the heartbeat, and the election time-out from below and above. */
function heartbeatRange(_point: PointFacts, facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { heartbeatMs, electionTimeoutMsMin, electionTimeoutMsMax, external } = facts.data.run.cluster;
  if (external || !(heartbeatMs > 0)) return missing(t`the configuration of the cluster is not known`);
  const low = electionTimeoutMsMin / heartbeatMs;
  const high = electionTimeoutMsMax / heartbeatMs;
  const { heartbeatMsMin = 0, heartbeatMsMax = 0, ratioMin = 0, ratioMax = 0 } = parameters;
  const left = [
    heartbeatMs < heartbeatMsMin || heartbeatMs > heartbeatMsMax,
    low < ratioMin,
    high > ratioMax,
  ];
  return measured({
    value: left.filter((isOutside) => isOutside).length,
    evidence: t`heartbeat ${significant(heartbeatMs)} ms, election ${significant(electionTimeoutMsMin)} to ${significant(electionTimeoutMsMax)} ms (${significant(low)} to ${significant(high)} times)`,
  });
}

function elections(point: PointFacts): Measured<Seen> {
  const counts = point.point.nodes.map(
    (node) => valueOrNull(counter(node, 'consensus_elections_total')) ?? 0,
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return measured({ value: total, evidence: t`${integer(total)} campaigns in the measured window` });
}
