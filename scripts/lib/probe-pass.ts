import { mkdirSync } from 'node:fs';
import { runLoad } from '../../loadgen/index.js';
import type { LoadOptions } from '../../loadgen/options.js';
import type { Probe, ProbeSession, Watched } from '../../profiles/probe.js';
import type { ProbePass } from '../../results/schema/index.js';
import { nodesOf, type Subject, type SubjectNode } from './subject.js';

/** One load while one probe watches. A probe that fails is a line in `failed`: the run goes on. */
export async function probePass(
  probe: Probe,
  subject: Subject,
  load: LoadOptions,
  directory: string,
): Promise<Omit<ProbePass, 'referencePerSecond'>> {
  mkdirSync(directory, { recursive: true });
  const nodes = watched(probe.watches, await nodesOf(subject));
  const sessions: ProbeSession[] = [];
  const captures: string[] = [];
  const failures: string[] = [];
  const { summary } = await runLoad({
    ...load,
    onMeasureStart: async () => {
      const started = await Promise.allSettled(
        nodes.map(({ id, role, pid, url }) =>
          probe.start({ node: id, role, pid, url }, directory, { seconds: load.durationSeconds }),
        ),
      );
      sessions.push(...fulfilled(started, failures));
    },
    onMeasureEnd: async () => {
      captures.push(...fulfilled(await Promise.allSettled(sessions.map((s) => s.stop())), failures));
    },
  });
  return {
    schema: 'strata.pass/1',
    probe: probe.name,
    question: probe.question,
    tier: probe.tier,
    cost: probe.cost,
    seconds: summary.durationSeconds,
    throughputPerSecond: summary.throughputPerSecond,
    captures: captures.sort(),
    failed: failures.length === 0 ? null : failures.join('; '),
  };
}

function watched(choice: Watched, nodes: readonly SubjectNode[]): SubjectNode[] {
  const leaderFirst = [...nodes].sort((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader'));
  if (choice === 'all') return leaderFirst;
  return leaderFirst.slice(0, choice === 'pair' ? 2 : 1);
}

function fulfilled<Value>(outcomes: readonly PromiseSettledResult<Value>[], failures: string[]): Value[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [outcome.value];
    failures.push(outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason));
    return [];
  });
}
