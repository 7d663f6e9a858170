import type { BpfCapture } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

export function madeUpBpf(node: number, role: MadeUpRole): BpfCapture {
  return {
    schema: 'strata.bpf/1',
    ...madeUpHead('bpf', node, role),
    histograms: [
      {
        name: 'fsync_ns',
        what: 'time in the kernel of each sync',
        unit: 'ns',
        layer: 'io',
        buckets: [
          [65_536, 40],
          [131_072, 900],
          [262_144, 240],
          [1_048_576, 20],
        ],
      },
      {
        name: 'runqlat',
        what: 'from ready to running',
        unit: 'us',
        layer: 'runtime',
        buckets: [
          [0, 10],
          [1, 4_000],
          [64, 30],
        ],
      },
    ],
  };
}
