/** What two languages of one report must have in common, line by line: a list of sentences, empty when they agree. */
export function differences(english: string, other: string): readonly string[] {
  const theirs = english.split('\n');
  const ours = other.split('\n');
  if (theirs.length !== ours.length) return [`${theirs.length} lines in English, ${ours.length} here`];
  return theirs.flatMap((line, at) => {
    const translation = ours[at]!;
    const what =
      shapeOf(line) !== shapeOf(translation)
        ? 'shape'
        : numbersOf(line) !== numbersOf(translation)
          ? 'numbers'
          : null;
    return what === null ? [] : [`line ${at + 1} differs in ${what}:\n  ${line}\n  ${translation}`];
  });
}

/** Numbers that a drawing shows, label by label; order inside a label is the language's own. */
export function drawnNumbers(svg: string): readonly string[] {
  return [...svg.matchAll(/<(?:text|title)\b[^>]*>([^<]*)</g)]
    .map(([, text]) => numbersOf(text!))
    .filter((numbers) => numbers !== '');
}

/** A heading of that level, a row with so many cells, a figure, an item, a quotation, or text. */
function shapeOf(line: string): string {
  if (line.startsWith('|')) return `row ${cellsOf(line).length}`;
  return /^(?:#+ |!\[|- |\d+\. |> |<[\w/]+>|$)/.exec(line)?.[0] ?? 'text';
}

/** Sorted inside a cell: sentences of two languages may name the same numbers in another order. */
function numbersOf(line: string): string {
  return cellsOf(line)
    .map((cell) => (cell.match(/\d+(?:[.,]\d+)*/g) ?? []).sort().join(' '))
    .join('|');
}

function cellsOf(line: string): readonly string[] {
  return line.startsWith('|') ? line.split(/(?<!\\)\|/) : [line];
}

const WORDS_MAX = 3;

/**
 * Runs of more than three English words. Code, paths and targets of links are in no language; what `verbatim` holds stands in the run's own files so
 * and is printed as it is.
 */
export function englishLeft(report: string, verbatim: readonly string[]): readonly string[] {
  let text = report.replaceAll(/^```[\s\S]*?^```/gm, ' ').replaceAll(/`[^`\n]*`|\]\([^)]*\)|<[^>]*>/g, ' | ');
  for (const words of verbatim) text = text.replaceAll(words, ' | ');
  const word = "[A-Za-z][A-Za-z'’-]*";
  return text.match(new RegExp(`${word}(?:[ ,;]+${word}){${WORDS_MAX},}`, 'g')) ?? [];
}

/** Commas, semicolons and colons of English that touch a Chinese word, with what stands around them; code apart. */
export function halfWidthMarks(text: string): string[] {
  const said = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '`code`');
  const marks = /.{0,20}(?:[\p{Script=Han}）”][,;:]|[,;] [\p{Script=Han}（]).{0,20}/gu;
  return [...said.matchAll(marks)].map(([found]) => found);
}
