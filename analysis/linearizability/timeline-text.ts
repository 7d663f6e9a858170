import { layOut, markOf, type TimelineRow } from './timeline.js';
import type { Counterexample } from './verdict.js';

const WIDTH_MIN = 60;
const BAR_CELLS_MIN = 20;

/**
 * A counterexample for the terminal: one line an operation, a bar from its invocation to its completion.
 *
 *     p0  write 1    ├─1─┤                 lines 1, 2
 *     p1  write 2          ├─2─┤           lines 3, 4
 *     p0  read → 1               ├─✗─┤     lines 5, 6
 */
export function renderTimelineText(counterexample: Counterexample, width = 110): string {
  const timeline = layOut(counterexample);
  const { rows, columns } = timeline;
  const widest = (part: (row: TimelineRow) => string) => Math.max(0, ...rows.map((row) => part(row).length));
  const processWidth = widest(({ process }) => process);
  const whatWidth = widest(({ what }) => what);
  const linesWidth = widest(({ lines }) => lines);
  const room = Math.max(WIDTH_MIN, width) - processWidth - whatWidth - linesWidth - 6;
  const cells = Math.max(BAR_CELLS_MIN, Math.min(room, columns * 4));
  const cellOf = (column: number) => Math.round((column / Math.max(1, columns)) * (cells - 2));
  return [
    timeline.title,
    '',
    ...rows.map((row) =>
      [
        row.process.padEnd(processWidth),
        row.what.padEnd(whatWidth),
        bar(row, cellOf, cells).padEnd(cells),
        row.lines,
      ]
        .join('  ')
        .trimEnd(),
    ),
    '',
    ...timeline.notes,
  ].join('\n');
}

function bar(
  { from, to, operation }: TimelineRow,
  cellOf: (column: number) => number,
  cells: number,
): string {
  const start = cellOf(from);
  const end = to === null ? cells - 1 : Math.max(cellOf(to), start + 1);
  const mark = markOf(operation);
  const inner = end - start - 1;
  const fill = operation.isCutShort ? '~' : to === null ? '╌' : '─';
  const left = ' '.repeat(start);
  const close = to === null ? '▷' : '┤';
  if (inner < mark.length) return `${left}├${mark}${close}`;
  const before = Math.floor((inner - mark.length) / 2);
  return `${left}├${fill.repeat(before)}${mark}${fill.repeat(inner - mark.length - before)}${close}`;
}
