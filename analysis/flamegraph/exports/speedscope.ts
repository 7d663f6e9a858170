import { LAYER_ORDER } from '../layer-order.js';
import { type StackCapture, stackModel, totalWeight, type WeightedStack } from '../stack-model.js';
import { type ExportOptions, orderedStacks } from './exported.js';

interface SampledProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'microseconds' | 'bytes';
  readonly startValue: number;
  readonly endValue: number;
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/**
 * The file format of speedscope: first a profile of everything, then one for each kind of thread where the capture knows them, else one
 * for each layer. Those after the first sum to it.
 */
export function speedscopeJson(capture: StackCapture, { title }: ExportOptions): string {
  const model = stackModel(capture);
  const stacks = orderedStacks(model);
  const profile = (name: string, part: readonly WeightedStack[]): SampledProfile => ({
    type: 'sampled',
    name: `${title}: ${name}`,
    unit: model.unit,
    startValue: 0,
    endValue: totalWeight(part),
    samples: part.map(({ frames }) => frames),
    weights: part.map(({ weight }) => weight),
  });
  const threads = [...new Set(stacks.flatMap(({ thread }) => thread ?? []))].sort();
  const parts =
    threads.length > 0
      ? threads.map((thread) =>
          profile(
            `${thread} threads`,
            stacks.filter((stack) => stack.thread === thread),
          ),
        )
      : LAYER_ORDER.map((layer) =>
          profile(
            layer,
            stacks.filter((stack) => stack.layer === layer),
          ),
        );
  return `${JSON.stringify({
    $schema: SCHEMA,
    name: title,
    exporter: 'strata',
    activeProfileIndex: 0,
    shared: {
      frames: model.frames.map(({ name, file, line }) => ({
        name,
        ...(file === '' ? {} : { file }),
        ...(line > 0 ? { line } : {}),
      })),
    },
    profiles: [profile('all', stacks), ...parts.filter(({ samples }) => samples.length > 0)],
  })}\n`;
}
