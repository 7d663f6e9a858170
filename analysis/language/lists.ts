import { t } from './language.js';

/** Items in a row, as the language of the rendering sets them. */
export const listed = (items: Iterable<string>): string => [...items].join(t`, `);

/** Clauses in a row: these may hold commas of their own. */
export const clauses = (items: Iterable<string>): string => [...items].join(t`; `);
