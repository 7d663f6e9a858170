/** A command as a shell takes it again: what a run directory records and a report prints can be pasted. */
export function commandLine(words: readonly string[]): string {
  return ['strata', ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
