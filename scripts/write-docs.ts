/** Writes the parts of documents that are made from the code: `node dist/scripts/write-docs.js`, then `npm run format`. */
import { REFERENCE_DOCS, writePart } from './lib/reference-docs.js';

for (const doc of REFERENCE_DOCS) {
  writePart(doc);
  process.stderr.write(`strata: wrote ${doc.name} into ${doc.path}\n`);
}
