/**
 * The verdict of a report, as plain lines without Markdown's emphasis: what stands under the first heading below the title. A report answers before it gives
 * its evidence, and the place is the same in every language.
 */
export function verdictOf(markdown: string): string[] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.startsWith('## '));
  if (start === -1) return [];
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('#'));
  const section = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
  return trimBlank(section.map((line) => line.replaceAll('**', '')));
}

function trimBlank(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first === -1 ? [] : lines.slice(first, last + 1);
}
