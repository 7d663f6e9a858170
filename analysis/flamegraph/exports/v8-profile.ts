import {
  type StackCapture,
  type StackFrame,
  type StackModel,
  stackModel,
  type WeightedStack,
} from '../stack-model.js';
import { orderedStacks } from './exported.js';
import { wholeNumbers } from './whole-numbers.js';

interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CallNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children: CallNode[];
  readonly below: Map<string, CallNode>;
  hits: number;
  self: number;
}

/**
 * `.cpuprofile`, as Chrome and editors open it. Names begin with their layer in brackets, kinds of threads are the level below the root.
 * A capture knows how long a stack ran and no longer when: stacks come one after the other, by layer, each as one sample of its length.
 * Times are whole microseconds whose sum is the capture's.
 */
export function cpuProfileJson(capture: StackCapture): string {
  const model = stackModel(capture);
  if (model.unit !== 'microseconds') throw new RangeError(`a CPU profile of ${model.unit}: ${capture.probe}`);
  const { nodes, ofStack, stacks } = callTree(model);
  const lasts = wholeNumbers(stacks.map(({ weight }) => weight));
  return `${JSON.stringify({
    nodes: nodes.map(({ id, callFrame, children, hits }) => ({
      id,
      callFrame,
      hitCount: hits,
      ...(children.length === 0 ? {} : { children: children.map((child) => child.id) }),
    })),
    startTime: 0,
    endTime: lasts.reduce((total, us) => total + us, 0),
    samples: ofStack.map(({ id }) => id),
    // A delta is the time before its sample; a sample lasts until the next one, the last one until the end.
    timeDeltas: lasts.map((_, index) => (index === 0 ? 0 : lasts[index - 1]!)),
  })}\n`;
}

/** `.heapprofile`, as Chrome opens it: the tree of callers with the bytes that each allocated itself. */
export function heapProfileJson(capture: StackCapture): string {
  const model = stackModel(capture);
  if (model.unit !== 'bytes') throw new RangeError(`a heap profile of ${model.unit}: ${capture.probe}`);
  const { nodes, ofStack, stacks } = callTree(model);
  const sizes = wholeNumbers(stacks.map(({ weight }) => weight));
  ofStack.forEach((node, index) => {
    node.self += sizes[index]!;
  });
  const samples = ofStack.map(({ id }, index) => ({ size: sizes[index]!, nodeId: id, ordinal: index + 1 }));
  return `{"head":${nested(nodes[0]!)},"samples":${JSON.stringify(samples)}}\n`;
}

/** The tree as nested JSON, written without recursion: a stack may be deeper than the one this runs on. */
function nested(root: CallNode): string {
  const pieces: string[] = [];
  const open: (CallNode | string)[] = [root];
  while (open.length > 0) {
    const next = open.pop()!;
    if (typeof next === 'string') {
      pieces.push(next);
      continue;
    }
    const { id, callFrame, children, self } = next;
    pieces.push(JSON.stringify({ callFrame, selfSize: self, id }).slice(0, -1), ',"children":[');
    open.push(']}');
    children.toReversed().forEach((child, index) => {
      open.push(child);
      if (index < children.length - 1) open.push(',');
    });
  }
  return pieces.join('');
}

interface CallTree {
  /** The root first, every caller before its callees. */
  readonly nodes: readonly CallNode[];
  readonly stacks: readonly WeightedStack[];
  /** The leaf of each stack. */
  readonly ofStack: readonly CallNode[];
}

function callTree(model: StackModel): CallTree {
  const scripts = new Map([['', '0']]);
  const place = ({ file, line }: StackFrame, name: string): CallFrame => {
    if (!scripts.has(file)) scripts.set(file, String(scripts.size));
    return callFrame(name, file, line, scripts.get(file)!);
  };
  const root = node(1, callFrame('(root)'));
  const nodes = [root];
  const step = (from: CallNode, key: string, make: () => CallFrame): CallNode => {
    const known = from.below.get(key);
    if (known !== undefined) return known;
    const next = node(nodes.length + 1, make());
    from.below.set(key, next);
    from.children.push(next);
    nodes.push(next);
    return next;
  };
  const stacks = orderedStacks(model);
  const ofStack = stacks.map(({ frames, layer, thread }) => {
    let at = thread === null ? root : step(root, thread, () => callFrame(`(${thread} threads)`));
    let owner = 'unattributed';
    for (const index of frames) {
      const frame = model.frames[index]!;
      if (frame.name === '(root)') continue;
      if (frame.layer !== 'unattributed') owner = frame.layer;
      const shown = owner === 'unattributed' ? layer : owner;
      at = step(at, `${shown} ${index}`, () => place(frame, nameOf(frame, shown)));
    }
    at.hits += 1;
    return at;
  });
  return { nodes, stacks, ofStack };
}

/** Chrome knows V8's own words and gives them their colour; they stay as they are. */
function nameOf(frame: StackFrame, layer: string): string {
  return frame.kind === 'pseudo' ? frame.name : `[${layer}] ${frame.name}`;
}

/** Lines count from 0 in this format, -1 is none. */
function callFrame(functionName: string, url = '', line = 0, scriptId = '0'): CallFrame {
  return { functionName, scriptId, url, lineNumber: Math.max(-1, line - 1), columnNumber: line > 0 ? 0 : -1 };
}

function node(id: number, frame: CallFrame): CallNode {
  return { id, callFrame: frame, children: [], below: new Map(), hits: 0, self: 0 };
}
