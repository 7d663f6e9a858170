import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configReference } from '../../server/config/reference.js';
import { ERRORS } from '../../server/errors.js';
import { experimentTable } from '../lab/experiment-table.js';
import { sampleHeadlines } from '../lab/headlines.js';
import { projectRoot } from './project-root.js';

/** Parts of documents that are made from the code: the code is the source, a test holds the documents to it. */
export interface ReferenceDoc {
  /** From the project's root. */
  readonly path: string;
  /** Stands between `<!-- NAME -->` and `<!-- end of NAME -->`. */
  readonly name: string;
  readonly render: () => string;
}

export const REFERENCE_DOCS: readonly ReferenceDoc[] = [
  { path: 'server/config/README.md', name: 'fields', render: configReference },
  { path: 'server/ERRORS.md', name: 'codes', render: errorReference },
  { path: 'scripts/lab/README.md', name: 'experiments', render: experimentTable },
  { path: 'README.md', name: 'lab', render: sampleHeadlines },
];

/** The registry of operating errors as a table. */
export function errorReference(): string {
  const rows = Object.entries(ERRORS).map(([code, spec]) => {
    const retry = 'retryAfterSeconds' in spec ? `${spec.retryAfterSeconds} s` : '';
    return `| \`${code}\` | ${spec.status} | ${retry} | ${spec.message} |`;
  });
  return ['| code | status | retry after | sentence |', '| --- | ---: | --- | --- |', ...rows].join('\n');
}

/** The part as it stands in the document, null when the document has no such part. */
export function writtenPart({ path, name }: ReferenceDoc): string | null {
  return part(readFileSync(join(projectRoot(), path), 'utf8'), name)?.text ?? null;
}

export function writePart(doc: ReferenceDoc): void {
  const path = join(projectRoot(), doc.path);
  const text = readFileSync(path, 'utf8');
  const found = part(text, doc.name);
  if (found === null) throw new Error(`${doc.path} has no part ${doc.name}`);
  writeFileSync(path, `${text.slice(0, found.start)}\n\n${doc.render()}\n\n${text.slice(found.end)}`);
}

/** Cells without the padding that the formatter adds to tables. */
export function normalized(table: string): string[] {
  return table
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' ').replace(/-{2,}/g, '--'))
    .filter((line) => line !== '');
}

function part(text: string, name: string): { start: number; end: number; text: string } | null {
  const open = `<!-- ${name} -->`;
  const start = text.indexOf(open);
  const end = text.indexOf(`<!-- end of ${name} -->`);
  if (start === -1 || end === -1) return null;
  return { start: start + open.length, end, text: text.slice(start + open.length, end) };
}
