import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../loadgen/random.js';
import type { FaultContext } from './faults/fault.js';
import type { PlannedFault } from './schedule.js';

/** A fault as it came about: a line of `faults.jsonl`. Times count from the start of the clients. */
export interface FaultRecord {
  readonly kind: string;
  readonly plannedMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly happened: boolean;
  readonly leaderInMinority: boolean;
  readonly detail: string;
  readonly violation: string | null;
  /** The nemesis itself broke: no finding about the product, and nothing to pass over. */
  readonly nemesisFailure: string | null;
}

const FIRST_STREAM = 100_000;

/** Lets the planned faults happen, each on its own, and records what they came to. */
export async function runFaults(
  planned: readonly PlannedFault[],
  base: Omit<FaultContext, 'random' | 'lengthMs'>,
  options: { readonly seed: number; readonly startedMs: number; readonly path: string },
): Promise<FaultRecord[]> {
  const now = () => Math.round(performance.now() - options.startedMs);
  const one = async (fault: PlannedFault, at: number): Promise<FaultRecord> => {
    const waitMs = Math.max(0, fault.startMs - now());
    await sleep(waitMs, undefined, { signal: base.over }).catch(() => {});
    const startMs = now();
    const random = new Random(options.seed, FIRST_STREAM + at);
    const end = await attempt(fault, { ...base, random, lengthMs: fault.lengthMs });
    const { kind, startMs: plannedMs } = fault;
    const record = { kind: kind.name, plannedMs, startMs, endMs: now(), ...end };
    appendFileSync(options.path, `${JSON.stringify(record)}\n`);
    return record;
  };
  return Promise.all(planned.map(one));
}

type End = Omit<FaultRecord, 'kind' | 'plannedMs' | 'startMs' | 'endMs'>;

const NOTHING: End = {
  happened: false,
  leaderInMinority: false,
  detail: '',
  violation: null,
  nemesisFailure: null,
};

async function attempt({ kind }: PlannedFault, context: FaultContext): Promise<End> {
  if (context.over.aborted) return { ...NOTHING, detail: 'the time of faults was over' };
  try {
    return { ...NOTHING, ...(await kind.run(context)) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...NOTHING, nemesisFailure: `${kind.name} could not be made: ${text}` };
  }
}
