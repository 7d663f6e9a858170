import type { ProfileData } from '../../results/profile-directory.js';
import { BUSY_LAYERS, hotFunctions } from '../cpu/cpu-profile.js';
import { t, translated } from '../language/language.js';
import { syscallFacts } from '../measures/syscalls.js';
import { integer, micros, nanos, percent } from '../tables/format.js';
import { code } from '../tables/markdown-table.js';
import { sourced } from './sourced.js';

/** What a reader wants to know first, a line each; no judgement, since nobody said what the process should be like. Null when nothing was captured. */
export function headlines(data: ProfileData): string | null {
  const lines = [
    ...cpuLines(data),
    ...collectorLines(data),
    ...loopLines(data),
    ...poolLines(data),
    ...lockLines(data),
    ...syscallLines(data),
    ...syncLines(data),
  ];
  return lines.length === 0 ? null : lines.map((line) => `- ${line}`).join('\n');
}

function cpuLines(data: ProfileData): string[] {
  return sourced(data, 'strata.cpu/1').flatMap(({ capture }) => {
    const busy = BUSY_LAYERS.reduce((sum, layer) => sum + capture.layers[layer], 0);
    if (busy === 0) return [t`The main thread did nothing while it was sampled.`];
    const first = BUSY_LAYERS.reduce((most, layer) =>
      capture.layers[layer] > capture.layers[most] ? layer : most,
    );
    const [hot] = hotFunctions(capture, 1);
    const top =
      hot === undefined ? '' : t`; the hottest function is ${code(hot.name)} (${percent(hot.self)})`;
    return [
      t`The main thread was busy for ${percent(busy / capture.sampledUs)} of the time, ${percent(capture.layers[first] / busy)} of it for ${translated(first)}${top}.`,
    ];
  });
}

function collectorLines(data: ProfileData): string[] {
  return sourced(data, 'strata.gc/1').map(({ capture: { kinds, seconds } }) => {
    const totalMs = kinds.reduce((sum, kind) => sum + kind.totalMs, 0);
    const times = kinds.reduce((sum, kind) => sum + kind.count, 0);
    const longestMs = Math.max(0, ...kinds.map((kind) => kind.longestMs));
    return t`The garbage collector ran ${integer(times)} times, ${percent(totalMs / 1e3 / seconds)} of the time; the longest pause was ${micros(longestMs * 1e3)}.`;
  });
}

function loopLines(data: ProfileData): string[] {
  return sourced(data, 'strata.event-loop/1').map(
    ({ capture: { utilization, delay } }) =>
      t`The event loop was used for ${percent(utilization)} of the time and came up to ${micros(delay.max)} late.`,
  );
}

function poolLines(data: ProfileData): string[] {
  return sourced(data, 'strata.pool/1').map(
    ({ capture: { wait, saturatedShare } }) =>
      t`A task waited ${micros(wait.mean)} on average for a thread of the pool; ${percent(saturatedShare)} of them met a full one.`,
  );
}

function lockLines(data: ProfileData): string[] {
  return sourced(data, 'strata.locks/1').flatMap(({ capture: { locks } }) => {
    const [worst] = [...locks].sort((one, other) => other.waitNs - one.waitNs);
    if (worst === undefined || worst.waitNs === 0) return [];
    return [
      t`Lock ${code(worst.name)} (${translated(worst.layer)}) made others wait for ${nanos(worst.waitNs)}.`,
    ];
  });
}

function syscallLines(data: ProfileData): string[] {
  return sourced(data, 'strata.syscalls/1').flatMap(({ capture }) => {
    const calls = capture.rows.reduce((sum, row) => sum + row.calls, 0);
    const { syncCalls, writeCalls } = syscallFacts(capture);
    return calls === 0
      ? []
      : [
          t`${integer(calls)} system calls seen by ${code(capture.probe)}, ${integer(writeCalls)} writes and ${integer(syncCalls)} syncs among them.`,
        ];
  });
}

function syncLines(data: ProfileData): string[] {
  return sourced(data, 'strata.sync-calls/1').flatMap(({ capture: { calls } }) => {
    if (calls.length === 0) return [];
    const mean = calls.reduce((sum, { kernelNs }) => sum + kernelNs, 0) / calls.length;
    return [t`${integer(calls.length)} syncs took ${nanos(mean)} on average in the kernel.`];
  });
}
