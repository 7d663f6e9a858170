import { layerColour } from '../../charts/colours.js';
import { stackedBarChart } from '../../charts/stacked-bars.js';
import { waterfallChart } from '../../charts/waterfall.js';
import { hotFunctions } from '../../cpu/cpu-profile.js';
import { t, translated } from '../../language/language.js';
import { type Budget, layerShares, RESIDUAL_SHARE_MAX } from '../../stages/budget.js';
import { integer, nanos, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { blocks, figure, notMeasured, type Section } from '../section.js';
import { criticalPathPart } from './critical-path.js';

const NO_TAIL = 'fewer than 200 requests were sampled';

export const budgetSection: Section = (facts) => {
  const files = new Map<string, string>();
  const parts: string[] = [];
  for (const point of facts.sweep) {
    for (const [op, budget] of [
      ['write', point.writeBudget],
      ['read', point.readBudget],
    ] as const) {
      // A load of one kind has no budget for the other; that is no gap of the run.
      if (!budget.ok && !wasAsked(facts, op)) continue;
      const heading =
        op === 'write' ? t`### ${levelName(point)}: a write` : t`### ${levelName(point)}: a read`;
      if (budget.ok) parts.push(blocks(heading, budgetPart(point, budget.value, files)));
      else parts.push(blocks(heading, notMeasured(budget.because)));
    }
  }
  const overview = overviewChart(facts);
  if (overview !== null) files.set('charts/budget-layers.svg', overview);
  return {
    files,
    text: blocks(
      t`## Request budget: layer → stage → function`,
      t`Every sampled request carries stamps of one monotonic clock; stages are their differences, so that no time counts twice. \`commit = max(persist, replicate)\`: a request pays for the branch that finished last, the other one cost it nothing; where the followers are a quorum by themselves it pays for them alone, however late the own disk.`,
      facts.sweep.length === 0 ? notMeasured(t`the run has no sweep`) : null,
      overview === null ? null : figure('charts/budget-layers.svg', t`Mean write by layer and level`),
      ...parts,
      functionTable(facts),
    ),
  };
};

function wasAsked(facts: Facts, op: 'write' | 'read'): boolean {
  const { reads } = facts.data.run.load;
  return op === 'write' ? reads < 1 : reads > 0;
}

function budgetPart(point: PointFacts, budget: Budget, files: Map<string, string>): string {
  const { id } = point.point.ref;
  const path = `charts/budget-${id}-${budget.op}.svg`;
  files.set(path, waterfall(point, budget));
  return blocks(
    residualLine(budget),
    stageTable(budget, id),
    figure(
      path,
      budget.op === 'write'
        ? t`Mean write as a waterfall, ${levelName(point)}`
        : t`Mean read as a waterfall, ${levelName(point)}`,
    ),
    layerTable(budget, id),
    commitTable(budget, id),
    budget.op === 'write' ? criticalPathPart(point, files) : null,
  );
}

/** The check of the whole ledger: what the client measured less what the stages explain. */
function residualLine(budget: Budget): string {
  const share = budget.client.meanNs === 0 ? 0 : budget.residualNs / budget.client.meanNs;
  const within = Math.abs(share) <= RESIDUAL_SHARE_MAX;
  const left =
    budget.inconsistent === 0
      ? ''
      : t` ${integer(budget.inconsistent)} samples with stamps that do not ascend were left out.`;
  const unsplit =
    budget.unsplit === 0
      ? ''
      : t` In ${integer(budget.unsplit)} samples the peer's own durations could not be cut out of the replicate branch.`;
  const doubt = within ? '' : t`; the samples do not stand for all requests of the window`;
  return t`${within ? '✅' : '⚠️'} Client mean ${nanos(budget.client.meanNs)} (\`${budget.client.field}\`), mean of the ${integer(budget.samples)} sampled requests ${nanos(budget.meanTotalNs)}, sum of the mean stages ${nanos(budget.client.meanNs - budget.residualNs)}: **residual ${nanos(budget.residualNs)}, ${percent(share)}** (limit ${percent(RESIDUAL_SHARE_MAX)}${doubt}).${left}${unsplit}`;
}

function stageTable(budget: Budget, id: string): string {
  const { tail } = budget;
  const tailHead = tail === null ? t`slowest 1 %` : t`slowest 1 % (≥ ${nanos(tail.thresholdNs)})`;
  const table = new MarkdownTable(
    [
      left(t`Layer`),
      left(t`Stage`),
      left(t`Between`),
      right(t`mean`),
      right(t`share`),
      right(tailHead),
      right(t`share`),
    ],
    t`\`points/${id}/stages.json\`; mean over all samples: a sample that did not run through a stage counts as zero`,
  );
  for (const entry of budget.stages) {
    table.row(
      translated(entry.stage.layer),
      translated(entry.stage.name),
      translated(entry.stage.between),
      nanos(entry.meanNs),
      percent(entry.share),
      table.nullable(entry.tailMeanNs, nanos, translated(NO_TAIL)),
      tail === null || entry.tailMeanNs === null
        ? table.missing(translated(NO_TAIL))
        : percent(entry.tailMeanNs / tail.meanTotalNs),
    );
  }
  table.row(
    '',
    t`**sum**`,
    t`intended start → done`,
    `**${nanos(budget.meanTotalNs)}**`,
    '100 %',
    tail === null ? table.missing(translated(NO_TAIL)) : `**${nanos(tail.meanTotalNs)}**`,
    tail === null ? table.missing(translated(NO_TAIL)) : '100 %',
  );
  return blocks(table.toString(), tailLine(budget));
}

/** Which stages make a slow request slow: those that grow most from the mean to the tail. */
function tailLine(budget: Budget): string | null {
  const { tail } = budget;
  if (tail === null) return null;
  const growth = budget.stages
    .map((entry) => ({ entry, more: (entry.tailMeanNs ?? 0) - entry.meanNs }))
    .sort((one, other) => other.more - one.more)
    .slice(0, 3)
    .filter((item) => item.more > 0)
    .map((item) => `${translated(item.entry.stage.name)} +${nanos(item.more)}`);
  if (growth.length === 0) return null;
  return t`The slowest 1 % (${integer(tail.count)} samples) take ${nanos(tail.meanTotalNs - budget.meanTotalNs)} longer than the mean; most of it: ${growth.join(t`, `)}.`;
}

function layerTable(budget: Budget, id: string): string {
  const shares = layerShares(budget);
  const table = new MarkdownTable(
    [left(t`Layer`), ...shares.map((entry) => right(translated(entry.layer)))],
    `\`points/${id}/stages.json\``,
  );
  table.row(t`mean`, ...shares.map((entry) => nanos(entry.meanNs)));
  table.row(t`share`, ...shares.map((entry) => percent(entry.share)));
  return table.toString();
}

function commitTable(budget: Budget, id: string): string | null {
  const { commit } = budget;
  if (commit === null) return null;
  const all = commit.persistWon + commit.replicateWon;
  const table = new MarkdownTable(
    [left(t`Commit = max(persist, replicate)`), right(t`Value`)],
    `\`points/${id}/stages.json\``,
  )
    .row(t`persist decided (own disk)`, percent(commit.persistWon / all))
    .row(t`replicate decided (peers)`, percent(commit.replicateWon / all))
    .row(
      t`of all, committed by the peers alone, the own disk still writing`,
      percent(commit.followersAlone.count / all),
    );
  const { meanDiskLaterNs } = commit.followersAlone;
  if (meanDiskLaterNs !== null) table.row(t`the own disk then done later, mean`, nanos(meanDiskLaterNs));
  table.row(
    t`slack of the branch that was done first, mean`,
    table.nullable(commit.meanSlackNs, nanos, t`no sample has a branch that waited`),
  );
  for (const [peer, count] of commit.closers) {
    table.row(
      peer === 0 ? t`no peer closed the quorum` : t`peer ${peer} closed the quorum`,
      percent(count / all),
    );
  }
  return table.toString();
}

function waterfall(point: PointFacts, budget: Budget): string {
  return waterfallChart(
    budget.stages.map((entry) => ({
      name: translated(entry.stage.name),
      layer: translated(entry.stage.layer),
      colour: layerColour(entry.stage.layer),
      value: entry.meanNs,
    })),
    {
      title: budget.op === 'write' ? t`Mean write, ${levelName(point)}` : t`Mean read, ${levelName(point)}`,
      valueAxis: t`time from the intended start`,
      format: nanos,
    },
  );
}

function overviewChart(facts: Facts): string | null {
  const rows = facts.sweep.flatMap((point) => {
    if (!point.writeBudget.ok) return [];
    const parts = layerShares(point.writeBudget.value).map((entry) => ({
      name: translated(entry.layer),
      colour: layerColour(entry.layer),
      value: entry.share,
    }));
    return [{ name: levelName(point), parts }];
  });
  if (rows.length === 0) return null;
  return stackedBarChart(rows, {
    title: t`Mean write by layer`,
    valueAxis: t`share of the mean write`,
    format: percent,
    max: 1,
  });
}

/** The last step down: the functions that a layer's time on the CPU is spent in. */
function functionTable(facts: Facts): string | null {
  const { middle } = facts;
  if (middle === null || !middle.leaderCpu.ok) return null;
  const rows = hotFunctions(middle.leaderCpu.value, Number.POSITIVE_INFINITY);
  const layers = [...new Set(rows.map((row) => row.layer))].filter((layer) => layer !== 'unattributed');
  const table = new MarkdownTable(
    [left(t`Layer`), left(t`Its three hottest functions on the leader (self share of CPU)`)],
    `\`points/${middle.point.ref.id}/passes/${middle.leaderCpu.value.probe}/node-${middle.leaderCpu.value.node}.json\``,
  );
  for (const layer of layers.sort()) {
    const top = rows.filter((row) => row.layer === layer).slice(0, 3);
    table.row(
      translated(layer),
      top
        .map((row) => `${code(row.name === '' ? t`(anonymous)` : row.name)} ${percent(row.self)}`)
        .join(t`, `),
    );
  }
  return table.isEmpty ? null : blocks(t`### Functions, ${levelName(middle)}`, table.toString());
}
