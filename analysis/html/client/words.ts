/**
 * The languages of a page. What runs in Node and in the browser alike imports `t` and `translated` from the folder `language`; a bundle holds this
 * file in its place. A page has one language from its first line to its last, so nothing but its own sentences travels with it.
 */
interface Words {
  getElementById(id: string): { readonly textContent: string | null } | null;
}

declare const document: Words | undefined;

const pageWords: Readonly<Record<string, string>> = readWords();

function readWords(): Readonly<Record<string, string>> {
  const element = typeof document === 'undefined' ? null : document.getElementById('words');
  return element === null ? {} : JSON.parse(element.textContent ?? '{}');
}

/** A sentence in the language of the page. */
export function t(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const template = parts.reduce((text, part, at) => `${text}{${at - 1}}${part}`);
  return translated(template).replaceAll(/\{(\d+)\}/g, (_, at: string) => String(values[Number(at)]));
}

/** A sentence that stands as data somewhere else. */
export function translated(text: string): string {
  return Object.hasOwn(pageWords, text) ? pageWords[text]! : text;
}
