import { textTable } from '../lib/output.js';
import type { FaultRecord } from './fault-runner.js';
import type { RunResult } from './run.js';
import type { Series } from './series.js';

const HEAD = [
  'seed',
  'faults',
  'ok',
  'fail',
  'info',
  'ops/s calm',
  'elections',
  'longest gap',
  'recovery',
  'verdict',
];

/** A table with a row for each run, what happened in them, and all that is not green in sentences. */
export function renderRuns({ runs, repeat, directory, leftOut }: Series): string {
  const parts = [
    textTable([HEAD, ...runs.map(row)]),
    `faults: ${countKinds(runs.flatMap(({ faults }) => faults))}`,
  ];
  if (leftOut.length > 0) parts.push(leftOut.join('\n'));
  const red = runs.filter(({ verdict }) => verdict !== 'green');
  red.forEach((run, at) => {
    const reasons = run.reasons.map((reason) => `  ${reason}`).join('\n');
    parts.push(
      `seed ${run.seed}: ${run.verdict}\n${reasons}\n  files: ${run.directory}\n  again: ${repeat[at]}`,
    );
  });
  if (directory !== null) parts.push(`files: ${directory}`);
  const green = runs.length - red.length;
  parts.push(`${green} of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} green`);
  return parts.join('\n\n');
}

function row({ seed, faults, figures, recovery, verdict }: RunResult): string[] {
  const { ok, fail, info, calmRate, elections, longestGapMs } = figures;
  const happened = faults.filter((fault) => fault.happened).length;
  return [
    String(seed),
    `${happened} of ${faults.length}`,
    ...[ok, fail, info, Math.round(calmRate), elections].map(String),
    seconds(longestGapMs),
    seconds(recovery.tookMs),
    verdict,
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `kill-all 3, ring 2`: those that happened. */
function countKinds(faults: readonly FaultRecord[]): string {
  const counts = new Map<string, number>();
  for (const { kind, happened } of faults) if (happened) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
