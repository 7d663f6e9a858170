import type { ProfileData } from '../../../results/profile-directory.js';
import { type Capture, Profile } from '../../../results/schema/index.js';
import { madeUpBpf } from '../../testing/captures/bpf.js';
import { madeUpEventLoop } from '../../testing/captures/event-loop.js';
import { madeUpGc } from '../../testing/captures/gc.js';
import { madeUpHeap } from '../../testing/captures/heap.js';
import { madeUpLocks } from '../../testing/captures/locks.js';
import { madeUpPerf } from '../../testing/captures/perf.js';
import { madeUpPool } from '../../testing/captures/pool.js';
import { madeUpProc } from '../../testing/captures/proc.js';
import { madeUpSyncCalls } from '../../testing/captures/sync-calls.js';
import { madeUpDescriptors } from '../../testing/captures/syscalls.js';
import { madeUpTool } from '../../testing/captures/tool.js';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { madeUpRun } from '../../testing/made-up-run.js';

/** None of these numbers was ever measured. */
export function madeUpProfile(captures: readonly Capture[], change: Partial<Profile> = {}): ProfileData {
  const { machine, versions } = madeUpRun().run;
  const passes = captures.map((capture) => ({
    probe: capture.probe,
    question: `what ${capture.probe} asks`,
    tier: 'T0' as const,
    cost: 'none',
    seconds: 3,
    sharedWith: capture.probe === 'gc' ? ['pool'] : [],
    captures: ['node-1.json'],
    failed: null,
  }));
  const profile: Profile = {
    schema: 'strata.profile/1',
    id: 'made-up-profile',
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:05:05.000Z',
    secondsPerPass: 3,
    interrupted: false,
    versions,
    machine,
    capabilities: [],
    process: {
      how: 'pid',
      isLocal: true,
      pid: 4001,
      url: null,
      node: 0,
      role: 'unknown',
      program: 'node app.js',
      nodejs: '20.20.2',
      upSeconds: 90,
      rssBytes: 64 * 1024 * 1024,
      threads: 11,
    },
    passes,
    notMeasured: [{ what: 'perf-trace', because: 'perf is not installed (apt-get install -y linux-perf)' }],
    ...change,
  };
  Profile.parse(profile);
  return { profile, passes: passes.map((pass, index) => ({ pass, captures: [captures[index]!] })) };
}

/** One capture of every kind. */
export const everyCapture = (): Capture[] => [
  madeUpCpu(1, 'unknown'),
  madeUpPerf(1, 'unknown'),
  madeUpHeap(1, 'unknown'),
  madeUpDescriptors(1, 'unknown'),
  madeUpSyncCalls(1, 'unknown'),
  madeUpBpf(1, 'unknown'),
  madeUpLocks(1, 'unknown'),
  madeUpEventLoop(1, 'unknown'),
  madeUpPool(1, 'unknown'),
  madeUpGc(1, 'unknown'),
  madeUpProc(1, 'unknown'),
  madeUpTool(1, 'unknown'),
];
