import { recorded, t, translated } from '../language/language.js';
import {
  CAPTURE_KINDS,
  type CaptureAs,
  type CaptureName,
  type Observed,
  observe,
} from '../measures/captures.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import { percent } from '../tables/format.js';
import { code } from '../tables/markdown-table.js';
import { type Facts, levelName, type PointFacts } from './facts.js';

export interface ObservedLevel<Name extends CaptureName> extends Observed<Name> {
  readonly point: PointFacts;
}

/** Captures of one kind from the level that profiles are read from, else from the first level that has some. */
export function observeLevel<Name extends CaptureName>(
  facts: Facts,
  schema: Name,
  wanted?: (capture: CaptureAs<Name>) => boolean,
): Measured<ObservedLevel<Name>> {
  const points = facts.middle === null ? facts.sweep : [facts.middle, ...facts.sweep];
  for (const point of points) {
    const found = observe(point.point, schema, wanted);
    if (found.ok) return measured({ ...found.value, point });
  }
  return missing(whyNotCaptured(facts, schema));
}

/** Why a run has no capture of a kind: what the probe said, what the run said of the probe, or that nobody asked. */
export function whyNotCaptured(facts: Facts, schema: CaptureName): string {
  const { what, probes } = CAPTURE_KINDS[schema];
  for (const { point } of facts.sweep) {
    const failed = point.passes.find(({ pass }) => pass.failed !== null && probes.test(pass.probe));
    if (failed !== undefined)
      return t`${failed.pass.probe} failed: ${sentence(recorded(failed.pass.failed ?? ''))}`;
  }
  const { notMeasured } = facts.data.run;
  const gap =
    notMeasured.find((entry) => probes.test(entry.what)) ??
    notMeasured.find((entry) => entry.what === 'probes');
  return gap === undefined ? t`this run has no ${translated(what)}` : sentence(recorded(gap.because));
}

/** Without its stop: the reason goes on inside another sentence. */
function sentence(text: string): string {
  return text.trim().replace(/[.。]$/, '');
}

/** `Taken at mid (100 clients) by \`gc\` in a pass of its own, which changed throughput by -1.0 %.` */
export function takenBy({ pass, point }: Pick<ObservedLevel<CaptureName>, 'pass' | 'point'>): string {
  const effect = probeEffect(pass.throughputPerSecond, pass.referencePerSecond);
  const others = pass.sharedWith ?? [];
  const company = others.length === 0 ? t`a pass of its own` : t`a pass that it shares`;
  const shared = others.length === 0 ? '' : t` with ${others.map(code).join(t`, `)}`;
  return t`Taken at ${levelName(point)} by ${code(pass.probe)} in ${company}${shared}${effect}.`;
}

/** Throughput under the probe against that of the passes around it. */
export function probeEffect(underProbe: number, references: readonly number[]): string {
  const change = effectOf(underProbe, references);
  if (change === null) return t`, whose cost in throughput was not measured`;
  return t`, which changed throughput by ${change > 0 ? '+' : ''}${percent(change)}`;
}

/** Share by which the probe changed throughput, against the mean of its references; null without a reference. */
export function effectOf(underProbe: number, references: readonly number[]): number | null {
  if (references.length === 0) return null;
  const reference = references.reduce((total, value) => total + value, 0) / references.length;
  return reference > 0 ? underProbe / reference - 1 : null;
}
