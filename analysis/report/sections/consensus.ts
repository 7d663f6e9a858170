import { capturesOf, type PassData } from '../../../results/run-directory.js';
import type { CpuCapture } from '../../../results/schema/index.js';
import { layerColour } from '../../charts/colours.js';
import { stackedBarChart } from '../../charts/stacked-bars.js';
import {
  BUSY_LAYERS,
  busyUs,
  capturesByRole,
  cpuPass,
  hotFunctions,
  layerShare,
} from '../../cpu/cpu-profile.js';
import { flamegraph } from '../../flamegraph/flamegraph.js';
import { t, translated } from '../../language/language.js';
import { micros, percent } from '../../tables/format.js';
import { code, left, MarkdownTable, right } from '../../tables/markdown-table.js';
import { consensusCounters, roleTable } from '../consensus-tables.js';
import { type Facts, levelName, type PointFacts } from '../facts.js';
import { hotFunctionPart } from '../hot-function-table.js';
import { waitViews } from '../layer-wait-table.js';
import { probeEffect } from '../observed.js';
import { perfPart } from '../perf-tables.js';
import { blocks, figure, notMeasured, type Section } from '../section.js';
import { sketch } from '../sketches.js';
import { timeoutTable } from '../timeout-table.js';
import { toolFiles } from '../tool-files.js';
import { waitTable } from '../wait-table.js';
import { electionsPart } from './elections.js';

const FUNCTIONS = 15;
/** Above this share of samples without an owner the attribution itself is in doubt. */
const UNATTRIBUTED_MAX = 0.05;

export const consensusSection: Section = (facts) => {
  if (facts.sweep.length === 0) {
    return { text: blocks(t`## 3 Consensus`, notMeasured(t`the run has no sweep`)) };
  }
  const cpu = cpuPart(facts);
  return {
    files: cpu.files,
    text: blocks(
      t`## 3 Consensus`,
      sketch(facts, 'consensus'),
      t`### 3.1 Leader and follower`,
      roleTable(facts),
      t`### 3.2 CPU by layer and hot functions`,
      cpu.text,
      t`#### The document's hot functions`,
      hotFunctionPart(facts),
      t`#### Every thread, and the kernel`,
      perfPart(facts, cpu.files),
      toolFiles(facts),
      t`### 3.3 Waits, apart from work`,
      t`No mutex guards the state: one event loop owns it, so what the document calls lock contention is here a wait in one of these queues, or in one of the few asynchronous locks further down. The queues use no CPU; a garbage collection does, and everything else waits for it.`,
      waitTable(facts),
      waitViews(facts),
      t`### 3.4 Commits, heartbeats, elections, applier`,
      consensusCounters(facts),
      t`### 3.5 Elections and missed heartbeats`,
      electionsPart(facts),
      timeoutTable(facts),
    ),
  };
};

function cpuPart(facts: Facts): { readonly text: string; readonly files: Map<string, string> } {
  const files = new Map<string, string>();
  const { middle } = facts;
  if (middle === null) return { text: notMeasured(t`the run has no sweep`), files };
  const chosen = cpuPass(middle.point);
  if (!chosen.ok) return { text: notMeasured(chosen.because), files };
  const { pass } = chosen.value;
  const captures = capturesByRole(chosen.value);
  files.set('charts/cpu-layers.svg', layerChart(captures, middle));
  const others = middle.point.passes.filter(
    (other) => other !== chosen.value && capturesOf(other, 'strata.cpu/1').length > 0,
  );
  const text = blocks(
    t`Main thread, one sample every ${micros(captures[0]?.intervalUs ?? 0)}, in a pass of its own by \`${pass.probe}\`${probeEffect(pass.throughputPerSecond, pass.referencePerSecond)} at ${levelName(middle)}. Shares are of the samples that are not idle, waits for a CPU among them; idle is in a column of its own. A sample belongs to the layer whose code asked for it.`,
    layerTable(facts),
    figure('charts/cpu-layers.svg', t`CPU of leader and follower by layer`),
    ...profiles(middle, chosen.value, files),
    ...others.flatMap((other) => profiles(middle, other, files)),
  );
  return { text, files };
}

/** Flamegraph and hot functions of each role in one pass; adds the pictures to `files`. */
function profiles(middle: PointFacts, data: PassData, files: Map<string, string>): string[] {
  const { probe } = data.pass;
  return capturesByRole(data).map((capture) => {
    const name = `${middle.point.ref.id}-${capture.role}-node${capture.node}`;
    const path = probe === 'cpu-profile' ? `flame/${name}.svg` : `flame/${probe}-${name}.svg`;
    const title = t`${capture.role} ${capture.node} at ${levelName(middle)}, CPU by layer (${probe})`;
    files.set(path, flamegraph(capture, { title }));
    const source = `\`points/${middle.point.ref.id}/passes/${probe}/node-${capture.node}.json\``;
    return blocks(
      t`**${capture.role} ${capture.node}, ${levelName(middle)}, by \`${probe}\`**`,
      figure(path, title),
      functionTable(capture, source),
      unattributedNote(capture),
    );
  });
}

/** Leader and one follower at every level that was profiled. */
function layerTable(facts: Facts): string {
  const table = new MarkdownTable(
    [
      left(t`Level`),
      left(t`Node`),
      ...BUSY_LAYERS.map((layer) => right(translated(layer))),
      right(t`idle (of all samples)`),
    ],
    '`points/*/passes/*/node-*.json`',
  );
  for (const point of facts.sweep) {
    const pass = cpuPass(point.point);
    if (!pass.ok) continue;
    for (const capture of capturesByRole(pass.value)) {
      table.row(
        levelName(point),
        `${capture.role} ${capture.node}`,
        ...BUSY_LAYERS.map((layer) => percent(layerShare(capture, layer))),
        percent(sampledShare(capture, capture.layers.idle)),
      );
    }
  }
  return table.toString();
}

function layerChart(captures: readonly CpuCapture[], middle: PointFacts): string {
  return stackedBarChart(
    captures.map((capture) => ({
      name: `${capture.role} ${capture.node}`,
      parts: [...BUSY_LAYERS, 'idle' as const].map((layer) => ({
        name: translated(layer),
        colour: layerColour(layer),
        value: sampledShare(capture, capture.layers[layer]),
      })),
    })),
    {
      title: t`Main thread by layer, ${levelName(middle)}`,
      valueAxis: t`share of all samples`,
      format: percent,
      max: 1,
    },
  );
}

function sampledShare(capture: CpuCapture, us: number): number {
  const all = busyUs(capture) + capture.layers.idle;
  return all === 0 ? 0 : us / all;
}

function functionTable(capture: CpuCapture, source: string): string {
  const table = new MarkdownTable(
    [right(t`self`), right(t`total`), left(t`Function`), left(t`File`), left(t`Layer`)],
    source,
  );
  for (const row of hotFunctions(capture, FUNCTIONS)) {
    table.row(
      percent(row.self),
      percent(row.total),
      code(row.name === '' ? t`(anonymous)` : row.name),
      row.file === '' ? t`native` : code(row.line > 0 ? `${row.file}:${row.line}` : row.file),
      translated(row.layer),
    );
  }
  return table.isEmpty ? notMeasured(t`the profile holds no sample on the CPU`) : table.toString();
}

function unattributedNote(capture: CpuCapture): string | null {
  const share = layerShare(capture, 'unattributed');
  if (share <= UNATTRIBUTED_MAX) return null;
  return t`⚠️ ${percent(share)} of the CPU samples belong to no layer (limit ${percent(UNATTRIBUTED_MAX)}): read the shares of this node with care.`;
}
