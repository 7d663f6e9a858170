import type { StackModel, WeightedStack } from '../stack-model.js';

/** Stacks in an order that depends on nothing but themselves: by layer, thread and names. Formats with an order of their own start here. */
export function orderedStacks(model: StackModel): readonly WeightedStack[] {
  const keys = new Map<WeightedStack, string>();
  for (const stack of model.stacks) {
    const names = stack.frames.map(
      (index) => `${model.frames[index]!.name}\u0000${model.frames[index]!.file}`,
    );
    keys.set(stack, [stack.layer, stack.thread ?? '', ...names].join('\u0001'));
  }
  return [...model.stacks].sort((one, other) => {
    const [left, right] = [keys.get(one)!, keys.get(other)!];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

/** What a file of another tool calls the capture. */
export interface ExportOptions {
  readonly title: string;
}
