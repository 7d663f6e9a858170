import { runLoad } from '../../loadgen/index.js';
import type { LoadOptions, LoadResult } from '../../loadgen/options.js';
import { type DiskReading, diskWindow, procWindow, readDisk, readProc } from '../../profiles/index.js';
import type {
  DiskWindow,
  LayersSnapshot,
  NodeSamples,
  NodeWindow,
  Stages,
} from '../../results/schema/index.js';
import { fetchLayers, fetchSamples } from './node-api.js';
import { type Journals, type MeasuredWindow, readJournals } from './node-events.js';
import { joinStages } from './stages.js';
import type { Subject } from './subject.js';
import { nodeWindow } from './window.js';

/** Asks a node where its samples stand without being sent any. */
const AFTER_ALL_SAMPLES = 1e12;

type ProcReading = ReturnType<typeof readProc>;

interface Reading {
  readonly layers: LayersSnapshot;
  readonly proc: ProcReading | null;
}

export interface MeasuredPass {
  readonly result: LoadResult;
  readonly windows: readonly NodeWindow[];
  readonly stages: Stages;
  /** The block device over the window; null when it is not known or tells nothing. */
  readonly disk: DiskWindow | null;
  /** What the nodes remember of the window. */
  readonly journals: Journals;
  /** What this pass could not measure, and why. */
  readonly gaps: readonly string[];
}

/**
 * One load without any external probe. The nodes are read when the measured time starts and when it ends; the load goes on
 * meanwhile, so that the window holds nothing but load.
 */
export async function measuredPass(subject: Subject, load: LoadOptions): Promise<MeasuredPass> {
  const since = await Promise.all(
    subject.urls.map(async (url) => (await fetchSamples(url, AFTER_ALL_SAMPLES)).next),
  );
  let before: readonly (Reading | Error)[] = [];
  let after: readonly (Reading | Error)[] = [];
  const disk: (DiskReading | null)[] = [];
  const readDevice = () => disk.push(subject.dataDirectory === null ? null : readDisk(subject.dataDirectory));
  const result = await runLoad({
    ...load,
    onMeasureStart: async () => {
      readDevice();
      before = await readAll(subject);
    },
    onMeasureEnd: async () => {
      readDevice();
      after = await readAll(subject);
    },
  });
  const gaps: string[] = [];
  const windows = subject.urls.flatMap((url, index) => {
    const window = windowOf(before[index], after[index]);
    if (!(window instanceof Error)) return [window];
    gaps.push(`${url}: ${window.message}`);
    return [];
  });
  const samples = await samplesSince(subject, since, gaps);
  const [first, last] = disk;
  return {
    result,
    windows,
    stages: joinStages(result.samples, samples, subject.local),
    journals: await readJournals(subject.urls, boundsOf(before, after)),
    disk: first && last ? diskWindow(first, last) : null,
    gaps,
  };
}

/** From the first reading to the last of all nodes; null when none answered at one of the ends. */
function boundsOf(
  before: readonly (Reading | Error)[],
  after: readonly (Reading | Error)[],
): MeasuredWindow | null {
  const timesOf = (readings: readonly (Reading | Error)[]) =>
    readings.flatMap((reading) => (reading instanceof Error ? [] : [reading.layers.takenNs]));
  const [begins, ends] = [timesOf(before), timesOf(after)];
  if (begins.length === 0 || ends.length === 0) return null;
  return { fromNs: Math.min(...begins), toNs: Math.max(...ends) };
}

/** A node that does not answer costs its own window, not the pass. */
function readAll(subject: Subject): Promise<(Reading | Error)[]> {
  return Promise.all(
    subject.urls.map(async (url) => {
      try {
        const layers = await fetchLayers(url);
        return { layers, proc: subject.local ? readProc(layers.node.pid) : null };
      } catch (error) {
        return error as Error;
      }
    }),
  );
}

function windowOf(
  before: Reading | Error | undefined,
  after: Reading | Error | undefined,
): NodeWindow | Error {
  if (before === undefined || after === undefined) return new Error('the load ended before it was measured');
  if (before instanceof Error) return before;
  if (after instanceof Error) return after;
  try {
    const proc = before.proc === null || after.proc === null ? null : procWindow(before.proc, after.proc);
    return nodeWindow(before.layers, after.layers, proc);
  } catch (error) {
    return error as Error;
  }
}

async function samplesSince(
  subject: Subject,
  since: readonly number[],
  gaps: string[],
): Promise<NodeSamples[]> {
  const found = await Promise.allSettled(subject.urls.map((url, index) => fetchSamples(url, since[index]!)));
  return found.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [outcome.value];
    gaps.push(String((outcome.reason as Error).message));
    return [];
  });
}
