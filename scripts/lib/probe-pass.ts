import { join } from 'node:path';
import { runLoad } from '../../loadgen/index.js';
import type { LoadOptions } from '../../loadgen/options.js';
import type { ProbeTarget, Watched } from '../../profiles/probe.js';
import type { ProbePass } from '../../results/schema/index.js';
import { fetchLayers } from './node-api.js';
import { ProbeCapture } from './probe-capture.js';
import type { PlannedPass } from './probe-plan.js';
import type { Subject } from './subject.js';

/** What one probe saw, but for the reference passes around it. */
export type PassResult = Omit<ProbePass, 'referencePerSecond'>;

/**
 * One load while the probes of a pass watch, each into a folder of its own below `directory`. A probe that fails is a line in `failed`: the run goes
 * on. A load that fails or is interrupted leaves no probe attached.
 */
export async function probePass(
  { probes, nodeArguments }: PlannedPass,
  subject: Subject,
  load: LoadOptions,
  directory: string,
): Promise<PassResult[]> {
  const { nodes, silent } = await targetsOf(subject);
  const captures = probes.map((probe) => new ProbeCapture(probe, join(directory, probe.name)));
  const stopAll = () => Promise.all(captures.map((capture) => capture.stop()));
  try {
    const { summary } = await runLoad({
      ...load,
      onMeasureStart: async () => {
        await Promise.all(
          captures.map((capture) => {
            for (const sentence of silent) capture.fail(sentence);
            return capture.start(watched(capture.probe.watches, nodes), load.durationSeconds);
          }),
        );
      },
      onMeasureEnd: async () => {
        await stopAll();
      },
    });
    return captures.map(({ probe, captures: files, failed }) => ({
      schema: 'strata.pass/1',
      probe: probe.name,
      question: probe.question,
      tier: probe.tier,
      cost: probe.cost,
      seconds: summary.durationSeconds,
      throughputPerSecond: summary.throughputPerSecond,
      ...(probes.length === 1
        ? {}
        : { sharedWith: probes.map(({ name }) => name).filter((name) => name !== probe.name) }),
      ...(nodeArguments.length === 0 ? {} : { nodeArguments: [...nodeArguments] }),
      captures: [...files],
      failed,
    }));
  } finally {
    await stopAll();
  }
}

interface Targets {
  readonly nodes: readonly ProbeTarget[];
  /** A sentence for every node that did not say who it is. */
  readonly silent: readonly string[];
}

/** A node that does not answer is not watched; the others are. */
async function targetsOf(subject: Subject): Promise<Targets> {
  const asked = await Promise.allSettled(subject.urls.map((url) => fetchLayers(url)));
  const nodes: ProbeTarget[] = [];
  const silent: string[] = [];
  asked.forEach((answer, index) => {
    if (answer.status === 'rejected') silent.push(String((answer.reason as Error).message));
    else {
      const { id, role, pid } = answer.value.node;
      nodes.push({ node: id, role, pid, url: subject.urls[index]! });
    }
  });
  return { nodes, silent };
}

function watched(choice: Watched, nodes: readonly ProbeTarget[]): readonly ProbeTarget[] {
  const leaderFirst = [...nodes].sort((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader'));
  if (choice === 'all') return leaderFirst;
  return leaderFirst.slice(0, choice === 'pair' ? 2 : 1);
}
