import type { Catalogue } from './catalogue.js';
import { type Recognise, recogniser } from './recorded.js';
import { CHINESE } from './zh/index.js';
import { RECORDED } from './zh/recorded.js';

/**
 * The language of a report. Sentences stand in the code in English, as templates; a catalogue gives the same template in another language. What is put into the
 * places is formatted before, so a number reads the same in every language.
 *
 *     t`${integer(count)} of ${percent(share)}`      looks up '{0} of {1}'
 */
export type Language = (typeof LANGUAGES)[number];

/** The first one is that of the code. */
export const LANGUAGES = ['en', 'zh'] as const;

interface Scope {
  readonly catalogue: Catalogue | null;
  readonly onMissing: (template: string) => void;
}

const ENGLISH: Scope = { catalogue: null, onMissing: () => {} };

/**
 * The scope of the rendering under way. A report is rendered in one synchronous call, so the scope is a parameter that every function below that call has without
 * being handed it; from the outside the call stays a pure function of its arguments.
 */
let scope = ENGLISH;

/** Does the work with every sentence in this language. `onMissing` hears of templates without a translation; those stay English. */
export function inLanguage<Result>(
  language: Language,
  work: () => Result,
  onMissing: (template: string) => void = () => {},
): Result {
  const outer = scope;
  scope = { catalogue: language === 'en' ? null : CHINESE, onMissing };
  try {
    return work();
  } finally {
    scope = outer;
  }
}

/** A sentence in the language of the rendering. */
export function t(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  if (scope.catalogue === null) return String.raw({ raw: parts }, ...values);
  const template = parts.reduce((text, part, at) => `${text}{${at - 1}}${part}`);
  return lookUp(scope.catalogue, template).replaceAll(/\{(\d+)\}/g, (_, at: string) =>
    String(values[Number(at)]),
  );
}

/** A sentence that stands as data somewhere else: a title of a rule, a name of a level. */
export function translated(text: string): string {
  return scope.catalogue === null ? text : lookUp(scope.catalogue, text);
}

/** A text that its author gave in both languages, as rules do. */
export function bilingual(text: { readonly en: string; readonly zh: string }): string {
  return scope.catalogue === null ? text.en : text.zh;
}

const recognise: Recognise = recogniser(RECORDED);

/**
 * A sentence that stands in the files of the run: whoever measured wrote it in English, with its values. It is said in the language of the rendering when
 * somebody translated it, and stays as it was recorded otherwise.
 */
export function recorded(sentence: string): string {
  return scope.catalogue === null ? sentence : (recognise(sentence) ?? sentence);
}

function lookUp(catalogue: Catalogue, template: string): string {
  if (Object.hasOwn(catalogue, template)) return catalogue[template]!;
  scope.onMissing(template);
  return template;
}
