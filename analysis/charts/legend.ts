import { element, label } from './svg.js';

export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
}

/** Columns of a text in which Latin letters take one, and Chinese characters with their punctuation two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character.codePointAt(0)! > 0x2e7f ? 2 : 1;
  return columns;
}

/** Width of a text in the chart font, near enough to keep entries apart. A Chinese character is as wide as the font is high. */
export function textWidth(text: string, size = 12): number {
  const columns = columnsOf(text);
  const wide = columns - [...text].length;
  return (wide + (columns - 2 * wide) * 0.56) * size;
}

/** One row of colour keys that starts at `x`, and goes on in a further row when it would pass `right`. */
export function legend(entries: readonly LegendEntry[], x: number, y: number, rightEdge: number): string {
  const pieces: string[] = [];
  let cursor = x;
  let line = y;
  for (const entry of entries) {
    const width = 18 + textWidth(entry.name) + 14;
    if (cursor > x && cursor + width > rightEdge) {
      cursor = x;
      line += 18;
    }
    pieces.push(
      element('rect', { x: cursor, y: line - 10, width: 12, height: 12, rx: 2, fill: entry.colour }),
      label(entry.name, { x: cursor + 17, y: line }),
    );
    cursor += width;
  }
  return pieces.join('');
}
