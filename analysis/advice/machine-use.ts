import { valueOrNull } from '../measures/measured.js';
import { cpuCores } from '../measures/node-measures.js';
import type { Facts, PointFacts } from '../report/facts.js';

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
