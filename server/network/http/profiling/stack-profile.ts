import type { Runtime } from 'node:inspector';

/** A place in the code: a function and where it begins. */
export interface Frame {
  readonly name: string;
  /** Path or URL; empty for what V8 does itself. */
  readonly file: string;
  /** From 1; 0 when there is none. */
  readonly line: number;
  readonly column: number;
}

/** Frames with what was measured in each, with their callers: what CPU and heap profiles have in common. */
export interface StackProfile {
  readonly frames: readonly Frame[];
  readonly stacks: readonly Stack[];
  /** Names and units of a stack's `values`. */
  readonly types: readonly (readonly [type: string, unit: string])[];
  /** What one sample stands for, in the unit of the last type. */
  readonly period: number;
  readonly durationNs: number;
}

export interface Stack {
  /** Indexes into `frames`, the leaf first. */
  readonly frames: readonly number[];
  readonly values: readonly number[];
  readonly layer: string;
}

/** Numbers frames, so that each stands in a profile once. */
export class FrameTable {
  readonly frames: Frame[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(callFrame: Runtime.CallFrame): number {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const key = `${functionName}\n${url}\n${lineNumber}\n${columnNumber}`;
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = this.frames.length;
      this.#indexes.set(key, index);
      const file = url.startsWith('file://') ? decodeURI(url.slice('file://'.length)) : url;
      this.frames.push({
        name: functionName || '(anonymous)',
        file,
        line: lineNumber + 1,
        column: columnNumber + 1,
      });
    }
    return index;
  }
}

const serverFolder = /\/server\/(?:([\w-]+)\/|main\.[jt]s$)/;

/** Folder of the server whose code is nearest to the leaf: the layer that pays. What no layer asked for keeps V8's own word. */
export function layerOf(stack: readonly number[], frames: readonly Frame[]): string {
  for (const index of stack) {
    const match = serverFolder.exec(frames[index]!.file);
    if (match !== null) return match[1] ?? 'main';
  }
  const leaf = stack.length === 0 ? '' : frames[stack[0]!]!.name;
  return leaf === '(garbage collector)' ? 'gc' : leaf === '(program)' ? 'program' : 'other';
}
