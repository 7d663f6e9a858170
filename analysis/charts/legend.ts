import { element, label } from './svg.js';

export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
}

/** Width of a text in the chart font, near enough to keep entries apart. */
export function textWidth(text: string, size = 12): number {
  let units = 0;
  for (const character of text) units += character.codePointAt(0)! > 0x2e7f ? 1 : 0.56;
  return units * size;
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
