import type { LabData } from '../../../results/run-directory.js';
import type { LabClaim, LabExperiment, LabRun } from '../../../results/schema/index.js';

/** A made-up experiment: one metric `rate`, arms `old` and `new` with these values, one a round. */
export function madeUpExperiment(
  old: readonly number[],
  fresh: readonly number[],
  claim: Pick<LabClaim, 'low' | 'high'> & Partial<LabClaim>,
  changes: Partial<LabExperiment> = {},
): LabExperiment {
  return {
    schema: 'strata.lab-experiment/1',
    id: 'L5',
    claims: ['L5'],
    title: 'fsync, fdatasync, O_DSYNC',
    question: 'How much faster are durable writes with fdatasync or O_DSYNC than with fsync?',
    says: 'fdatasync is 20 to 30 % faster than fsync. On which kind of file is not said, so both are measured.',
    effects: [{ metric: 'rate', arm: 'new', against: 'old', bound: null, notDecidable: null, ...claim }],
    arms: [
      { name: 'old', what: 'Write, then fsync: data and all metadata.' },
      { name: 'new', what: 'One write on a file opened with O_DSYNC.' },
    ],
    workload:
      'Entries of 512 bytes, written one batch after the other into a file whose 32 MiB were written and synced before.',
    limits: null,
    metrics: [{ name: 'rate', unit: '1/s', better: 'higher', scale: 'ratio' }],
    quick: true,
    seed: 7,
    repeats: old.length,
    state: 'done',
    because: null,
    rounds: old.map((value, at) => ({
      warmUp: false,
      runs: [
        { arm: 'old', durationMs: 300, values: { rate: value } },
        { arm: 'new', durationMs: 301, values: { rate: fresh[at]! } },
      ],
    })),
    ...changes,
  };
}

export function madeUpLab(...experiments: readonly LabExperiment[]): LabData {
  const run: LabRun = {
    schema: 'strata.lab-run/1',
    id: 'made-up',
    command: 'strata lab run L5 --quick',
    mode: 'quick',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.000Z',
    seed: 7,
    git: { commit: 'abcdef0123456789', dirty: true },
    versions: { nodejs: '20.20.0' },
    machine: {
      hostname: 'made-up',
      cpuModel: 'AMD EPYC',
      cpuCount: 2,
      cpuGovernor: null,
      memoryBytes: 8 * 2 ** 30,
      kernel: 'Linux 6.1',
      os: 'Debian GNU/Linux 12',
      filesystem: 'ext4 on /dev/vda',
      virtualized: null,
    },
    capabilities: [],
    experiments: experiments.map(({ id }) => id),
    notMeasured: [],
  };
  return { run, experiments };
}
