/** Results go to stdout. A reader that left (`| head`) is not an error. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON document on one line. */
export function printJson(document: unknown): void {
  printLine(JSON.stringify(document));
}

/** Left-aligned columns, two spaces apart. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
