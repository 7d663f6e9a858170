import type { Catalogue } from './catalogue.js';

/** Finds the template that a finished sentence was made from, and says it in the other language with the same values. */
export type Recognise = (sentence: string) => string | null;

/** Those with most fixed text are tried first: the closest fit wins. */
export function recogniser(catalogue: Catalogue): Recognise {
  const patterns = Object.entries(catalogue)
    .map(([template, translation]) => ({ template, pattern: patternOf(template), translation }))
    .sort((one, other) => fixedLength(other.template) - fixedLength(one.template));
  return (sentence) => {
    for (const { pattern, translation } of patterns) {
      const match = pattern.exec(sentence);
      if (match !== null)
        return translation.replaceAll(/\{(\d+)\}/g, (_, at: string) => match[Number(at) + 1] ?? '');
    }
    return null;
  };
}

/** Places stand in templates in the order of their numbers. */
function patternOf(template: string): RegExp {
  const fixed = template.split(PLACE).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${fixed.join('(.+?)')}$`, 's');
}

const PLACE = /\{\d+\}/;

function fixedLength(template: string): number {
  return template.split(PLACE).join('').length;
}
