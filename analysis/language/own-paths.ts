import type { Language } from './language.js';

/**
 * A page and the pictures that it shows, each where that of its language lies: path → text, the page first. A picture with words in the language gets a path of
 * its own, here, in the one place that knows both the pictures and the text that shows them; one that all languages share has the same bytes in each.
 */
export function withOwnPaths(
  page: string,
  text: string,
  pictures: ReadonlyMap<string, string>,
  language: Language,
): Map<string, string> {
  const own = new Map<string, string>();
  let shown = text;
  for (const path of [...pictures.keys()].sort()) {
    const picture = pictures.get(path)!;
    const ownOne = isShared(picture, language) ? path : ownPath(path, language);
    if (ownOne !== path) shown = shown.replaceAll(`](${path})`, `](${ownOne})`);
    own.set(ownOne, picture);
  }
  return new Map([[ownPath(page, language), shown], ...own]);
}

/** `charts/throughput.svg` → `charts/throughput.zh.svg`. */
export function ownPath(path: string, language: Language): string {
  return language === 'en' ? path : path.replace(/\.\w+$/, (extension) => `.${language}${extension}`);
}

/** A picture without a word of the language is that of English, byte for byte: names of functions, which nobody translates. */
function isShared(picture: string, language: Language): boolean {
  return language === 'en' || !CHINESE_TEXT.test(picture);
}

/** Characters, and the punctuation that stands between them. */
const CHINESE_TEXT = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
