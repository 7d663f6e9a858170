import type { StageSample } from '../../../results/schema/index.js';
import { layerColour } from '../../charts/colours.js';
import { lanesChart } from '../../charts/lanes.js';
import { t, translated } from '../../language/language.js';
import { otherBranch } from '../../stages/commit-race.js';
import { type CriticalPath, criticalPath, type PathGroup } from '../../stages/critical-path.js';
import { splitSample } from '../../stages/split-sample.js';
import { stageDefinition } from '../../stages/stage-list.js';
import { meanSample, spanName, WRITE_LANES, writeLanes } from '../../stages/write-lanes.js';
import { integer, nanos, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { levelName, type PointFacts } from '../facts.js';
import { blocks, figure } from '../section.js';

const GROUP_NAMES: Readonly<Record<PathGroup['key'], string>> = {
  persist: 'own disk decided',
  replicate: 'followers decided',
  slowest: 'slowest 1 %',
};

/** The path of a write over client, leader and followers, apart by the branch of commit that decided. Null without usable writes. */
export function criticalPathPart(point: PointFacts, files: Map<string, string>): string | null {
  const samples = point.point.stages?.samples ?? [];
  const path = criticalPath(samples);
  if (path === null) return null;
  return blocks(
    t`**Critical path, by the branch that decided the commit**`,
    pathTable(path, point.point.ref.id),
    ...laneCharts(point, samples, path, files),
  );
}

function pathTable(path: CriticalPath, id: string): string {
  const table = new MarkdownTable(
    [
      left(t`Stage`),
      left(t`Where`),
      ...path.groups.flatMap((group) => [
        right(t`${translated(GROUP_NAMES[group.key])} (${integer(group.count)})`),
        right(t`share`),
      ]),
    ],
    t`\`points/${id}/stages.json\`; each column sums to the latency that the client measured for these requests`,
  );
  for (const stage of path.stages) {
    table.row(
      translated(stage.name),
      translated(stage.place),
      ...path.groups.flatMap((group) => {
        const meanNs = group.means.get(stage.key) ?? 0;
        return meanNs === 0 ? ['–', '–'] : [nanos(meanNs), percent(meanNs / group.meanTotalNs)];
      }),
    );
  }
  table.row(
    t`**sum = client latency**`,
    '',
    ...path.groups.flatMap((group) => [`**${nanos(group.meanTotalNs)}**`, '100 %']),
  );
  return table.toString();
}

function laneCharts(
  point: PointFacts,
  samples: readonly StageSample[],
  path: CriticalPath,
  files: Map<string, string>,
): string[] {
  const { id } = point.point.ref;
  const parts: string[] = [];
  for (const winner of ['persist', 'replicate'] as const) {
    const members = samples.filter((sample) => sample.winner === winner && splitSample(sample) !== null);
    const mean = meanSample(members);
    if (mean === null) continue;
    const file = `charts/path-${id}-${winner}.svg`;
    const title = t`Mean write, ${translated(GROUP_NAMES[winner])}, ${levelName(point)}`;
    files.set(file, chart(mean, title));
    parts.push(figure(file, title));
  }
  const file = `charts/path-${id}-slowest.svg`;
  const title = t`Slowest traced write, ${levelName(point)}`;
  files.set(file, chart(path.slowest, title));
  parts.push(blocks(figure(file, title), slowestLine(path.slowest)));
  return parts;
}

function slowestLine(sample: StageSample): string {
  const split = splitSample(sample);
  const longest = [...(split?.parts ?? [])].sort((one, other) => other[1] - one[1])[0];
  return [
    t`The slowest traced write (trace ${code(sample.traceId)}) took ${nanos(sample.doneNs)}`,
    longest === undefined
      ? ''
      : t`, ${nanos(longest[1])} of it in ${translated(stageDefinition(longest[0]).name)}`,
    whatDecided(sample),
    sample.closer === 0 ? '' : t`, node ${sample.closer} closed the quorum`,
    whatDidNot(sample),
    t`.`,
  ].join('');
}

function whatDecided(sample: StageSample): string {
  if (sample.winner === 'persist') return t`. The leader's own disk finished last`;
  return otherBranch(sample)?.done === 'later'
    ? t`. The followers made the quorum without the leader's own disk`
    : t`. The followers finished last`;
}

function whatDidNot(sample: StageSample): string {
  const other = otherBranch(sample);
  if (other === null) return '';
  if (other.done === 'earlier') return t`, the other branch was done ${nanos(other.byNs)} earlier`;
  return sample.quorumAckedNs + other.byNs > sample.repliedNs
    ? t`, the own disk was done ${nanos(other.byNs)} later, after the answer had left`
    : t`, the own disk was done ${nanos(other.byNs)} later`;
}

function chart(sample: StageSample, title: string): string {
  const bars = writeLanes(sample).map((span) => {
    const { layer } = stageDefinition(span.stage);
    return {
      lane: translated(span.lane),
      name: spanName(span),
      group: translated(layer),
      colour: layerColour(layer),
      from: span.fromNs,
      to: span.toNs,
      pale: !span.onPath,
    };
  });
  return lanesChart(bars, {
    title,
    lanes: WRITE_LANES.map(translated),
    valueAxis: t`time from the intended start; pale: ran beside the path and cost nothing`,
    format: nanos,
    marks: [
      { at: sample.proposedNs, name: t`proposed` },
      { at: sample.committedNs, name: t`committed` },
    ],
  });
}
