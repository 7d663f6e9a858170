/** The verdict section of a report, as plain lines: from its heading to the next one, without Markdown's emphasis. */
export function verdictOf(markdown: string): string[] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^##+ .*verdict/i.test(line));
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
