/**
 * Writes the parts of documents that are made from the code, or measured from it, as the table of mutations: `node dist/scripts/write-docs.js`,
 * then `npm run format`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboard } from './lib/dashboard.js';
import { mutationTable } from './lib/mutation-table.js';
import { projectRoot } from './lib/project-root.js';
import { REFERENCE_DOCS, writePart } from './lib/reference-docs.js';

for (const doc of [...REFERENCE_DOCS, await mutationTable()]) {
  writePart(doc);
  process.stderr.write(`strata: wrote ${doc.name} into ${doc.path}\n`);
}

const path = 'scripts/deploy/grafana-dashboard.json';
writeFileSync(join(projectRoot(), path), dashboard());
process.stderr.write(`strata: wrote ${path}\n`);
