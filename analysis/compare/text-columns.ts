export interface TextColumn {
  readonly name: string;
  readonly align: 'left' | 'right';
}

/** A table for a terminal, two spaces between columns. */
export function textColumns(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ name }) => name), ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => cellsOf(row[at] ?? ''))));
  const padded = (cell: string, at: number): string => {
    const space = ' '.repeat(Math.max(0, widths[at]! - cellsOf(cell)));
    return columns[at]!.align === 'right' ? space + cell : cell + space;
  };
  return all.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}

/** Cells of a terminal: East Asian characters take two. */
function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text)
    cells +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  return cells;
}
