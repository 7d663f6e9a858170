/** A command as a shell takes it again: what a run directory records and a report prints can be pasted. */
export function commandLine(words: readonly string[]): string {
  return ['strata', ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  // Only the value, so that who reads the record finds the option.
  const option = /^(--[\w-]+=)(.+)$/s.exec(word);
  if (option !== null) return option[1]! + quoted(option[2]!);
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
