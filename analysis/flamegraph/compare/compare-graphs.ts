import { GraphFrames, graphStacks } from '../graph.js';
import { type StackCapture, stackModel, totalWeight } from '../stack-model.js';
import type { Graph, GraphStack } from '../viewer/graph.js';

/** What is compared: one capture a side, or several runs of the same. */
export interface Sides {
  readonly before: readonly StackCapture[];
  readonly after: readonly StackCapture[];
}

/**
 * One graph of both sides. A stack weighs its share of what is no idle time, as the mean over the side's captures, so that a longer
 * capture does not look like a slower program. Anonymous functions of one file are joined: their lines differ between builds.
 */
export function compareGraphs({ before, after }: Sides): Graph {
  const table = new GraphFrames(false);
  const stacks = new Map<string, { stack: GraphStack; weight: number; before: number }>();
  const add = (captures: readonly StackCapture[], side: 'weight' | 'before'): number => {
    let samples = 0;
    for (const capture of captures) {
      const model = stackModel(capture);
      const busy = graphStacks(model, table).filter(({ layer }) => layer !== 'idle');
      const whole = totalWeight(busy);
      samples += whole / model.sampleWeight;
      for (const stack of busy) {
        const key = `${stack.layer} ${stack.frames.join(' ')}`;
        const known = stacks.get(key) ?? { stack, weight: 0, before: 0 };
        known[side] += stack.weight / whole / captures.length;
        stacks.set(key, known);
      }
    }
    return samples;
  };
  const samplesBefore = add(before, 'before');
  const samples = add(after, 'weight');
  return {
    unit: 'share',
    frames: table.list,
    stacks: [...stacks.values()].map(({ stack, weight, before: was }) => ({ ...stack, weight, before: was })),
    compared: { samples, samplesBefore },
  };
}
