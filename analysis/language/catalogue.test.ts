import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import type { Catalogue } from './catalogue.js';
import { recogniser } from './recorded.js';
import { findSentences } from './testing/find-templates.js';
import { analysisSources, sourceTexts } from './testing/sources.js';
import { CHINESE } from './zh/index.js';
import { RECORDED } from './zh/recorded.js';

/** What the lab's experiments say of themselves is put together from numbers, in scripts: no source has these sentences as they are printed. */
const PUT_TOGETHER: ReadonlySet<string> = new Set(['lab.js', 'lab-clusters.js', 'lab-components.js']);

const sources = analysisSources().map((source) => ({ ...source, found: findSentences(source.text) }));
const templates = new Set(sources.flatMap(({ found }) => found.templates.map(({ key }) => key)));
const strings = new Set(sources.flatMap(({ found }) => [...found.strings]));

/** Every file of the catalogue by itself: merged, one would hide what another says of the same key. */
const catalogues = await Promise.all(
  readdirSync(new URL('./zh/', import.meta.url))
    .filter((name) => name.endsWith('.js') && name !== 'index.js')
    .sort()
    .map(async (name) => {
      const exported = (await import(`./zh/${name}`)) as Record<string, Catalogue>;
      return { name, entries: Object.values(exported).flatMap((catalogue) => Object.entries(catalogue)) };
    }),
);

test('every template is in the catalogue', () => {
  assert.ok(templates.size > 300, `only ${templates.size} templates were found`);
  const missing = sources.flatMap(({ path, found }) =>
    found.templates
      .filter(({ key }) => !Object.hasOwn(CHINESE, key))
      .map(({ key, line }) => `analysis/${path}:${line} ${JSON.stringify(key)}`),
  );
  assert.deepEqual(missing, []);
});

test('every file of the catalogue is part of it', () => {
  assert.ok(catalogues.length > 10, `only ${catalogues.length} files were found`);
  const merged = new Set(Object.keys({ ...CHINESE, ...RECORDED }));
  const apart = catalogues.flatMap(({ name, entries }) =>
    entries.filter(([key]) => !merged.has(key)).map(([key]) => `${name}: ${key}`),
  );
  assert.deepEqual(apart, []);
});

test('every entry is said somewhere: by a template of the analysis, or by data that is printed through translated()', () => {
  const elsewhere = sourceTexts(['loadgen', 'profiles', 'results', 'scripts']);
  const unsaid = catalogues.flatMap(({ name, entries }) =>
    entries
      .filter(() => !PUT_TOGETHER.has(name))
      .filter(([key]) => !Object.hasOwn(RECORDED, key))
      .filter(([key]) => !templates.has(key) && !strings.has(key) && !elsewhere.includes(key))
      .map(([key]) => `${name}: ${key}`),
  );
  assert.deepEqual(unsaid, []);
});

test('what runs record is still written so: the fixed words of each sentence stand in the code that measures', () => {
  const texts = sourceTexts(['loadgen', 'profiles', 'results', 'scripts', 'analysis/testing']).replaceAll(
    "\\'",
    "'",
  );
  const gone = Object.keys(RECORDED).filter((key) =>
    key.split(/\{\d+\}/).some((words) => !standsIn(texts, words)),
  );
  assert.deepEqual(gone, []);
});

/** A sentence may be put together from several templates: then its clauses stand apart. */
function standsIn(texts: string, words: string): boolean {
  return texts.includes(words) || clausesOf(words).every((clause) => texts.includes(clause));
}

const clausesOf = (words: string): readonly string[] =>
  words
    .split(/[;,:(.]| and | but | on /)
    .map((clause) => clause.trim())
    .filter((clause) => clause.length > 2);

test('both sides of an entry have the same places', () => {
  const placesOf = (text: string): string => [...new Set(text.match(/\{\d+\}/g))].sort().join(' ');
  const unlike = catalogues.flatMap(({ name, entries }) =>
    entries
      .filter(([key, value]) => placesOf(key) !== placesOf(value))
      .map(([key, value]) => `${name}: ${key} → ${value}`),
  );
  assert.deepEqual(unlike, []);
});

test('a key that two files have says the same in both', () => {
  const said = new Map<string, string>();
  const contradictions: string[] = [];
  for (const { name, entries } of catalogues) {
    for (const [key, value] of entries) {
      const before = said.get(key);
      if (before !== undefined && before !== value)
        contradictions.push(`${name}: ${key} → ${value}, before ${before}`);
      said.set(key, value);
    }
  }
  assert.deepEqual(contradictions, []);
});

test('a recorded sentence is recognised by the closest template, and its values are kept', () => {
  const recognise = recogniser({
    '{0} is not installed': '未安装 {0}',
    '{0} is not installed ({1})': '未安装 {0}（{1}）',
    '{0} of {1}?': '{1} 之 {0}？',
  });
  assert.equal(recognise('fio is not installed'), '未安装 fio');
  assert.equal(
    recognise('fio is not installed (apt-get install -y fio)'),
    '未安装 fio（apt-get install -y fio）',
  );
  assert.equal(recognise('1 of 2?'), '2 之 1？');
  assert.equal(recognise('1 of 22'), null);
  assert.equal(recognise('is not installed'), null);
});
