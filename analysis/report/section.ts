import { t } from '../language/language.js';
import type { Facts } from './facts.js';

/** What one section gives: Markdown, and the files that it refers to by a path relative to the run directory. */
export interface SectionOutput {
  readonly text: string;
  readonly files?: ReadonlyMap<string, string>;
}

export type Section = (facts: Facts) => SectionOutput;

/** Blocks of Markdown with one empty line between them; empty blocks fall away. */
export function blocks(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** An image in a line of its own with its caption beneath. */
export function figure(path: string, caption: string): string {
  return `![${caption.replaceAll(/[[\]]/g, '')}](${path})`;
}

export function notMeasured(because: string): string {
  return t`_Not measured, because ${because}._`;
}
