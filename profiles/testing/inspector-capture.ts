import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { readDocument } from '../../results/run-directory.js';
import { listeningSockets } from '../inspector/listening-sockets.js';
import type { Probe, ProbeTarget } from '../probe.js';
import { OBSERVED_PROCESS, runTask, startObserved } from './inspector-workloads.js';
import { scratchFolder, type Workload, writeFiles } from './workload.js';

interface Observed<Document, Result> {
  readonly document: Document;
  /** Of the workload's task, done as the capture begins. */
  readonly result: Result;
  /** Of the same task, done again after the capture. */
  readonly resultAfter: Result;
  readonly folder: string;
}

interface Observation<Schema> {
  readonly probe: Probe;
  readonly schema: Schema;
  readonly mode: string;
  /** 0 for a process that is not ours. */
  readonly node?: number;
  /** Of capture, beside the time that the workload's task takes. */
  readonly ms?: number;
}

/**
 * Captures a workload by its process id while it does its task, then makes sure that the process goes on and that nothing was left in it. `check`
 * gets what was captured while the folder is still there.
 */
export async function observe<Schema extends z.ZodType, Result>(
  { probe, schema, mode, node = 0, ms = 300 }: Observation<Schema>,
  check: (observed: Observed<z.infer<Schema>, Result>) => void,
): Promise<void> {
  const folder = scratchFolder();
  writeFiles(folder.path, OBSERVED_PROCESS);
  let workload: Workload | undefined;
  try {
    workload = await startObserved(folder.path, mode);
    const role = node === 0 ? 'unknown' : 'leader';
    const target: ProbeTarget = { node, role, pid: workload.pid, url: null };
    const session = await probe.start(target, folder.path, { seconds: 5 });
    const { result } = await runTask<Result>(workload, folder.path);
    await sleep(ms);
    const name = await session.stop();
    assert.equal(name, `node-${node}.json`);
    const resultAfter = await assertUntouched<Result>(workload, folder.path);
    const document = readDocument(join(folder.path, name), schema);
    check({ document, result, resultAfter, folder: folder.path });
  } finally {
    await workload?.stop();
    folder.remove();
  }
}

/** The process works, listens nowhere, and has nothing of ours in it. Gives the result of its task. */
export async function assertUntouched<Result>(workload: Workload, folder: string): Promise<Result> {
  const { state, result } = await runTask<Result>(workload, folder);
  assert.deepEqual(state, JSON.parse(workload.greeting));
  assert.ok(workload.alive);
  assert.deepEqual(listeningSockets(workload.pid), []);
  return result;
}
