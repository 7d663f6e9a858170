import { z } from 'zod';

const IndexedFile = z.strictObject({
  /** Relative to the project: `server/log/wal.js`. */
  file: z.string(),
  /** Blank lines that were put in front of the file; its own first line is this plus one. */
  shift: z.number().int().nonnegative(),
  lines: z.number().int().positive(),
  /** Functions, methods and classes, ascending by line of the unshifted file. */
  declarations: z.array(z.strictObject({ line: z.number().int().positive(), name: z.string() })),
});
export type IndexedFile = z.infer<typeof IndexedFile>;

/**
 * Which file owns a line number, in a build in which no two files of the server share one.
 *
 * Why: when the optimiser inlines a function of one layer into a function of another, V8 reports the sample for the OUTER
 * function; the inlined one is not on the stack. Only the line is right: it is the line of the inlined code, but nothing says
 * in which file. With line numbers that occur once, the line names the file, and so the layer.
 */
export const LineIndex = z.strictObject({
  schema: z.literal('strata.lines/1'),
  files: z.array(IndexedFile),
});
export type LineIndex = z.infer<typeof LineIndex>;

/** Of files ascending by shift; the lines of libraries and of Node lie below the first shift and belong to no file. */
export class LineResolver {
  readonly #files: readonly IndexedFile[];
  readonly #shifts: ReadonlyMap<string, number>;

  constructor(index: LineIndex) {
    this.#files = [...index.files].sort((a, b) => a.shift - b.shift);
    this.#shifts = new Map(index.files.map(({ file, shift }) => [file, shift]));
  }

  knows(file: string): boolean {
    return this.#shifts.has(file);
  }

  /** The line of a file as it was before lines were put in front of it. */
  ownLine(file: string, line: number): number {
    const own = line - (this.#shifts.get(file) ?? 0);
    // A module's own code is on line 1 even of a shifted file.
    return own > 0 ? own : line;
  }

  /** The code at a line of the shifted build; null when no file of ours has it. */
  codeAt(line: number): CodeAtLine | null {
    const found = last(this.#files, ({ shift }) => shift < line);
    if (found === null || line > found.shift + found.lines) return null;
    const own = line - found.shift;
    const declaration = last(found.declarations, (one) => one.line <= own);
    return { file: found.file, line: declaration?.line ?? 1, name: declaration?.name ?? '(module)' };
  }
}

/** A declaration: the function that a line is in, or the outermost one around it. */
export interface CodeAtLine {
  readonly file: string;
  /** Line of the declaration in the unshifted file. */
  readonly line: number;
  readonly name: string;
}

/** The last of an ascending list for which the test holds. */
function last<T>(list: readonly T[], holds: (item: T) => boolean): T | null {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return list[low - 1] ?? null;
}

const KEYWORD =
  /^(if|for|while|switch|catch|return|with|do|else|function|class|super|await|yield|new|throw|typeof)$/;
const DECLARATIONS: readonly RegExp[] = [
  /^(?:export )?(?:default )?(?:async )?function ?\*? ?(?<name>[\w$]+)/,
  /^(?:export )?(?:const|let) (?<name>[\w$]+) = (?:async )?(?:\([^)]*\)|[\w$]+) =>/,
  /^(?:export )?(?:default )?class (?<name>[\w$]+)/,
  // Methods, indented once by the compiler.
  /^ {2,4}(?:static )?(?:async )?(?:get |set )?\*?(?<name>#?[\w$]+)\(.*\) \{/,
];

/** Finds declarations by the layout that the TypeScript compiler gives its output; nested functions count to the outer one. */
export function declarationsOf(source: string): IndexedFile['declarations'] {
  return source.split('\n').flatMap((text, at) => {
    const name = DECLARATIONS.map((pattern) => pattern.exec(text)?.groups?.name).find(
      (one) => one !== undefined,
    );
    return name === undefined || KEYWORD.test(name) ? [] : [{ line: at + 1, name }];
  });
}
