import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '../../server/errors.js';
import { projectRoot } from './project-root.js';
import { normalized, REFERENCE_DOCS, writtenPart } from './reference-docs.js';

describe('documents made from the code', () => {
  for (const doc of REFERENCE_DOCS) {
    it(`${doc.path} says what the code says, no line more and none less`, () => {
      const written = writtenPart(doc);
      assert.ok(written !== null, `${doc.path} has no part ${doc.name}`);
      const advice = 'run: node dist/scripts/write-docs.js && npm run format';
      assert.deepEqual(normalized(written), normalized(doc.render()), advice);
    });
  }
});

describe('the registry of errors', () => {
  const sources = serverSources();

  it('has no code that nobody raises', () => {
    const idle = Object.keys(ERRORS).filter((code) => !sources.some((text) => text.includes(`'${code}'`)));
    assert.deepEqual(idle, []);
  });

  it('fills every place of every sentence somewhere', () => {
    for (const [code, { message }] of Object.entries(ERRORS)) {
      for (const [, name] of message.matchAll(/\{(\w+)\}/g)) {
        const named = sources.some(
          (text) => text.includes(`'${code}'`) && new RegExp(`\\b${name}\\b`).test(text),
        );
        assert.ok(named, `${code}: nobody gives {${name}}`);
      }
    }
  });
});

/** Sources of the server without its tests and without the registry itself. */
function serverSources(): string[] {
  const root = join(projectRoot(), 'server');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('testing/'))
    .filter((path) => path !== 'errors.ts')
    .map((path) => readFileSync(join(root, path), 'utf8'));
}
