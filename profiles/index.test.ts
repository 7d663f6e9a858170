import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { MECHANISMS } from './attribution/mechanism.js';
import { PROBES, probeByName, renderProbeTable } from './index.js';
import { findProject } from './machine/project-root.js';

const README = plain(readFileSync(join(findProject()!.root, 'profiles', 'README.md'), 'utf8'));

/** The formatter pads the cells of a table: compare without the padding. */
function plain(markdown: string): string {
  return markdown.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}

describe('the probes', () => {
  it('have different names and are found by them', () => {
    assert.equal(new Set(PROBES.map(({ name }) => name)).size, PROBES.length);
    for (const probe of PROBES) assert.equal(probeByName(probe.name), probe);
    assert.equal(probeByName('nothing'), undefined);
  });
  it('stand in the README as they are', () => {
    assert.ok(
      README.includes(plain(renderProbeTable())),
      `Paste into profiles/README.md:\n${renderProbeTable()}`,
    );
  });
});

describe('the mechanisms', () => {
  it('stand in the README as they are', () => {
    const table = Object.entries(MECHANISMS).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
    assert.ok(
      README.includes(plain(table.join('\n'))),
      `Paste into profiles/README.md:\n${table.join('\n')}`,
    );
  });
});
