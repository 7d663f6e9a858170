import type { ProfileData } from '../../results/profile-directory.js';
import type { Capture } from '../../results/schema/index.js';

/** A capture with the file that it was read from, as a table names it. */
export interface Sourced<Schema extends Capture['schema']> {
  readonly capture: Extract<Capture, { schema: Schema }>;
  /** Relative to the folder of the profile, as code: `passes/gc/node-0.json`. */
  readonly source: string;
}

/** All captures of one kind, in the order in which they were taken. */
export function sourced<Schema extends Capture['schema']>(
  data: ProfileData,
  schema: Schema,
): Sourced<Schema>[] {
  return data.passes.flatMap(({ pass, captures }) =>
    captures.flatMap((capture, index) => {
      if (capture.schema !== schema) return [];
      const source = `\`passes/${pass.probe}/${pass.captures[index]}\``;
      return [{ capture: capture as Extract<Capture, { schema: Schema }>, source }];
    }),
  );
}

/** Blocks of Markdown with one empty line between them; empty ones fall away. */
export function blocks(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** A section of the page, or nothing when it has no content: what is missing stands once, at the end. */
export function section(title: string, ...parts: readonly (string | null)[]): string | null {
  const content = blocks(...parts);
  return content === '' ? null : `## ${title}\n\n${content}`;
}
