/**
 * What is drawn, by the static pictures and by the viewer in the browser alike. The files of this folder run in both: they import each
 * other and what `html/bundle.ts` lists, and nothing else.
 */

/** `js`: JavaScript. `builtin`: V8's machine code. `native`: C, C++, bindings. `pseudo`: V8's words, as `(program)`. `thread`: a level of ours. */
export type FrameKind = 'js' | 'builtin' | 'native' | 'kernel' | 'pseudo' | 'thread' | 'unknown';

export interface GraphFrame {
  readonly name: string;
  readonly file: string;
  /** 0 where the frame stands for all lines of its file. */
  readonly line: number;
  /** `unattributed`: its callers decide. */
  readonly layer: string;
  readonly kind: FrameKind;
}

export interface GraphStack {
  /** Indexes into the frames, root first. */
  readonly frames: readonly number[];
  readonly layer: string;
  readonly weight: number;
  /** The same stack on the other side of a comparison; 0 where nothing is compared. */
  readonly before: number;
}

/** `share`: both sides of a comparison as parts of one. */
export type GraphUnit = 'microseconds' | 'bytes' | 'share';

export interface Graph {
  readonly unit: GraphUnit;
  readonly frames: readonly GraphFrame[];
  readonly stacks: readonly GraphStack[];
  /** Null where nothing is compared. */
  readonly compared: Compared | null;
}

/** How many samples the shares of each side come from: what their chance error is computed from. */
export interface Compared {
  readonly samples: number;
  readonly samplesBefore: number;
  /** What the sides are called where they are no earlier and later: two roles, two levels. */
  readonly names?: { readonly before: string; readonly after: string };
}

/** Longest name that is shown; generated code knows longer ones. */
const NAME_LENGTH_MAX = 200;

/** The name as it is shown: anonymous functions say where they stand, and no name is longer than a line. */
export function shownName(frame: GraphFrame): string {
  const anonymous = frame.name === '(anonymous)' && frame.file !== '';
  const place = frame.line > 0 ? `${baseName(frame.file)}:${frame.line}` : baseName(frame.file);
  return shorten(anonymous ? `(anonymous) ${place}` : frame.name, NAME_LENGTH_MAX);
}

/** `server/log/wal.js:12`; empty for code without a file. */
export function shownPlace({ file, line }: GraphFrame): string {
  return file === '' ? '' : shorten(line > 0 ? `${file}:${line}` : file, NAME_LENGTH_MAX);
}

/** At most `max` characters, the last an ellipsis when something was cut. Never half of a surrogate pair. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  // Twice as many code units hold at least `max` characters, whatever they are.
  const characters = [...text.slice(0, 2 * max)];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** As much of a name as so many columns hold, wide scripts taking two; nothing when fewer than three characters would stay. */
export function fitName(name: string, columns: number): string {
  const room = Math.floor(columns);
  // Every character takes a column at least: the rest of a long name need not be looked at.
  const characters = [...name.slice(0, 2 * Math.max(0, room) + 2)];
  const widths = characters.map((character) => (character.codePointAt(0)! > 0x10ff ? 2 : 1));
  if (widths.reduce<number>((total, one) => total + one, 0) <= room) return name;
  let used = 1;
  let count = 0;
  while (count < characters.length && used + widths[count]! <= room) used += widths[count++]!;
  return count < 3 ? '' : `${characters.slice(0, count).join('')}…`;
}
