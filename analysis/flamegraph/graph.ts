import type { ThreadKind } from '../../results/schema/index.js';
import type { StackFrame, StackModel } from './stack-model.js';
import type { Graph, GraphFrame, GraphStack } from './viewer/graph.js';

const THREAD_NAMES: Readonly<Record<ThreadKind, string>> = {
  main: 'main thread',
  pool: 'thread pool',
  platform: 'V8 platform threads',
  worker: 'worker threads',
  other: 'other threads',
};

/**
 * The drawing of a model: frames are joined that a reader takes for one function, and the kind of thread, where it is known, becomes
 * the level above all callers. `linesApart` keeps anonymous functions of one file apart; a comparison of two builds cannot.
 */
export function graphOf(model: StackModel, { linesApart = true } = {}): Graph {
  const table = new GraphFrames(linesApart);
  return { unit: model.unit, stacks: graphStacks(model, table), frames: table.list, compared: null };
}

export function graphStacks(model: StackModel, table: GraphFrames): GraphStack[] {
  return model.stacks.map(({ frames, weight, layer, thread }) => {
    const path = thread === null ? [] : [table.thread(thread)];
    for (const index of frames) {
      const frame = model.frames[index]!;
      // The root of everything is drawn anyway.
      if (frame.name !== '(root)') path.push(table.add(frame));
    }
    return { frames: path, layer, weight, before: 0 };
  });
}

/** Numbers frames, so that each function stands in a graph once. */
export class GraphFrames {
  readonly list: GraphFrame[] = [];
  readonly #linesApart: boolean;
  readonly #indexes = new Map<string, number>();

  constructor(linesApart: boolean) {
    this.#linesApart = linesApart;
  }

  add({ name, file, line, layer, kind }: StackFrame): number {
    // A profile splits a named function by line and tier; an anonymous one has nothing but its line.
    const shown = this.#linesApart && name === '(anonymous)' ? line : 0;
    return this.#indexOf({ name, file, line: shown, layer, kind });
  }

  thread(kind: ThreadKind): number {
    return this.#indexOf({
      name: THREAD_NAMES[kind],
      file: '',
      line: 0,
      layer: 'unattributed',
      kind: 'thread',
    });
  }

  #indexOf(frame: GraphFrame): number {
    const key = [frame.kind, frame.layer, frame.line, frame.file, frame.name].join('\u0000');
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.list.length);
    return this.list.push(frame) - 1;
  }
}
