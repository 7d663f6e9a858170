import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { renderLabReport, renderReport } from '../../analysis/index.js';
import { readLabDirectory, readRunDirectory } from '../../results/run-directory.js';
import { projectRoot } from '../lib/project-root.js';
import { runCli, temporaryDirectory } from './fixture.js';

const SAMPLE = join(projectRoot(), 'results', 'sample-sweep');
const LAB = join(projectRoot(), 'results', 'sample-lab');

/** A copy of what was measured, without the report that lies beside it. */
function copyOfSample(t: TestContext): string {
  const run = join(temporaryDirectory(t), 'run');
  cpSync(SAMPLE, run, { recursive: true });
  for (const written of ['charts', 'flame', 'report.md'])
    rmSync(join(run, written), { recursive: true, force: true });
  return run;
}

function filesOf(directory: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(directory, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
}

test('both languages side by side, and the same bytes on another copy, one language after the other', async (t) => {
  const one = copyOfSample(t);
  const both = await runCli(t, ['report', one, '--lang', 'zh,en', '--format', 'md', '--json']);
  assert.equal(both.code, 0, both.stderr);
  const told = JSON.parse(both.stdout) as { report: string; reports: object[]; verdict: string[] };
  assert.deepEqual(told.reports, [
    { language: 'zh', format: 'md', path: join(one, 'report.zh.md') },
    { language: 'en', format: 'md', path: join(one, 'report.md') },
  ]);
  assert.equal(told.report, join(one, 'report.zh.md'));
  assert.match(told.verdict.join('\n'), /客户端/);

  const other = copyOfSample(t);
  for (const [language, report, words] of [
    ['en', 'report.md', /clients/],
    ['zh', 'report.zh.md', /客户端/],
  ] as const) {
    const { code, stdout, stderr } = await runCli(t, ['report', other, '--lang', language, '--format', 'md']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, words);
    assert.ok(stdout.trimEnd().endsWith(`report: ${join(other, report)}`), stdout);
  }
  const written = filesOf(one);
  assert.deepEqual([...filesOf(other)], [...written]);
  for (const name of ['report.md', 'report.zh.md']) {
    const pictures = [...written.get(name)!.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path]) => path!);
    assert.ok(pictures.length > 10, `${name} shows ${pictures.length} pictures`);
    for (const path of pictures) assert.match(written.get(path) ?? '', /^<svg /, `${name} shows ${path}`);
  }
});

test('a language that nobody wrote is wrong usage', async (t) => {
  const { code, stderr } = await runCli(t, ['report', SAMPLE, '--lang', 'en,fr']);
  assert.equal(code, 2);
  assert.match(stderr, /"fr" is not a language of the report: en, zh\. .*\(STRATA_USAGE\)/);
});

test('the runs in the repository carry the report that this code writes', () => {
  const sample = renderReport(readRunDirectory(SAMPLE), 'en');
  const lab = renderLabReport(readLabDirectory(LAB), 'zh');
  const advice = 'run: node dist/scripts/strata.js report results/NAME --lang en,zh';
  assert.equal(sample.get('report.md'), readFileSync(join(SAMPLE, 'report.md'), 'utf8'), advice);
  assert.equal(lab.get('report.zh.md'), readFileSync(join(LAB, 'report.zh.md'), 'utf8'), advice);
});

test('rules do not judge a run of the lab, and who gives some is told so', async (t) => {
  const rules = join(temporaryDirectory(t), 'rules.json');
  const { code, stdout, stderr } = await runCli(t, ['report', LAB, '--rules', rules]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /is a run of the lab, which is judged by the document's figures .* \(STRATA_USAGE\)/);
});
