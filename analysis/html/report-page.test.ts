import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import { HOSTILE_NAMES } from '../flamegraph/testing/captures.js';
import { type PackedPage, unpackGraphs } from '../flamegraph/viewer/packed.js';
import { renderReport } from '../report/render-report.js';
import { madeUpCapturedRun } from '../testing/made-up-captured-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { pagePath, reportPage } from './report-page.js';

const RUN = madeUpCapturedRun();
const RENDERED = renderReport(RUN);
const PAGE = reportPage(RENDERED, RUN, 'en');

const page = (markdown: string, files: readonly (readonly [string, string])[] = []): string =>
  reportPage(new Map([['report.md', markdown], ...files]), null, 'en');
const mainOf = (html: string): string => /<main[\s\S]*<\/main>/.exec(html)![0];
const scriptsOf = (html: string): string[] =>
  [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)]
    .filter(([, kind]) => kind === '')
    .map(([, , text]) => text!);

describe('the page of a report', () => {
  it('is the same bytes for the same run', () => {
    assert.equal(PAGE, reportPage(renderReport(structuredClone(RUN)), structuredClone(RUN), 'en'));
    assert.ok(PAGE.length < 3e6, `${PAGE.length} characters`);
  });

  it('is one file that needs no other, and allows itself nothing but its own scripts and style', () => {
    assert.doesNotMatch(PAGE.replaceAll(/xmlns="[^"]*"/g, ''), /\bsrc=|@import|url\((?!#)|<link|<iframe/);
    assert.doesNotMatch(mainOf(PAGE), / (?:on\w+|style)="/, 'the policy forbids what stands in attributes');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(PAGE)![1]!;
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    const [first, script, ...more] = scriptsOf(PAGE);
    assert.deepEqual(more, []);
    const style = /<style>([\s\S]*?)<\/style>/.exec(PAGE)![1]!;
    for (const text of [first!, script!, style])
      assert.ok(policy.includes(`'sha256-${createHash('sha256').update(text).digest('base64')}'`));
    assert.equal([...PAGE.matchAll(/<style/g)].length, 1, 'the style of a picture would be refused');
    new vm.Script(script!);
    assert.doesNotMatch(script!, /\b(?:fetch|XMLHttpRequest|WebSocket|eval|innerHTML|import)\s*[(=]/);
  });

  it('has every picture of the report in it, and leads from each flamegraph to the viewer', () => {
    const pictures = [...RENDERED.get('report.md')!.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(
      (match) => match[1]!,
    );
    assert.ok(pictures.length > 10);
    assert.equal([...PAGE.matchAll(/<figure /g)].length, pictures.length);
    const flames = pictures.filter((path) => path.startsWith('flame/'));
    assert.ok(flames.length > 3);
    const data = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(PAGE)![1]!;
    const ids = unpackGraphs(JSON.parse(data) as PackedPage).map(({ id }) => id);
    for (const path of flames) {
      const id = path.slice('flame/'.length, -'.svg'.length);
      assert.ok(ids.includes(id), `${id} is none of ${ids.join(', ')}`);
      assert.ok(PAGE.includes(`href="#graph=${id}"`));
    }
    assert.ok(ids.some((id) => id.startsWith('diff-')));
  });

  it('answers first: the verdict stands before what the run was', () => {
    const main = mainOf(PAGE);
    assert.ok(main.indexOf('class="verdict"') < main.indexOf('id="run"'));
    assert.ok(main.indexOf('id="run"') < main.indexOf('id="1-network"'));
  });

  it('leads to every heading from its contents, and gives no id twice', () => {
    const ids = [...PAGE.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
    assert.deepEqual(ids, [...new Set(ids)]);
    const [contents] = /<nav class="contents[\s\S]*?<\/nav>/.exec(PAGE)!;
    const links = [...contents!.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]!);
    assert.ok(links.length > 20);
    for (const link of links) assert.ok(ids.includes(link), link);
  });

  it('stands without flamegraphs where a run has none', () => {
    const run = madeUpRun();
    const html = reportPage(
      renderReport(run),
      { ...run, points: run.points.map((point) => ({ ...point, passes: [] })) },
      'en',
    );
    assert.doesNotMatch(html, /id="viewer"|href="#flamegraphs"/);
  });

  it('has a Chinese page of its own, with the words of the viewer', () => {
    const html = reportPage(renderReport(RUN, 'zh'), RUN, 'zh');
    assert.match(html, /^<!doctype html>\n<html lang="zh-CN">/);
    assert.match(html, /"Bottom up":"自底向上"/);
    assert.doesNotMatch(PAGE, /\p{Script=Han}/u);
    assert.deepEqual([pagePath('en'), pagePath('zh')], ['report.html', 'report.zh.html']);
  });

  it('refuses files without the Markdown of its language', () => {
    assert.throws(() => reportPage(new Map([['report.md', '# x']]), null, 'zh'), /no report\.zh\.md/);
  });
});

describe('what a report may say', () => {
  it('is text, whatever a process called its functions, hosts and files', () => {
    const attacks = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '</details></section>',
      '"><b>',
      '<details onclick=x>',
    ];
    for (const name of [...HOSTILE_NAMES, ...attacks]) {
      const plain = name.replaceAll(/[\n|`]/g, ' ');
      const html = page(
        `# ${plain}\n\n## ${plain}\n\n${plain}\n\n| ${plain} | n |\n|---|---:|\n| ${plain} | 1 |\n\n![${plain.replaceAll(/[[\]]/g, '')}](no.svg)`,
      );
      const main = mainOf(html);
      assert.doesNotMatch(main, /<(?:script|img|b|iframe|style)\b|<[^>]*\son\w+=(?=[^"]*>)(?!")/i, name);
      assert.equal([...main.matchAll(/<section/g)].length, [...main.matchAll(/<\/section>/g)].length, name);
      assert.equal(scriptsOf(html).length, 2, name);
    }
  });

  it('keeps the few elements of its own, in pairs', () => {
    const main = mainOf(
      page(
        '# t\n\n## a\n\n</details>\n\n<details open><summary>more &lt;</summary>\n\ntext <sub>small</sub>\n\n## b\n\nend',
      ),
    );
    assert.match(main, /<details open><summary>more &lt;<\/summary>/);
    assert.match(main, /<sub>small<\/sub>/);
    assert.equal([...main.matchAll(/<details/g)].length, [...main.matchAll(/<\/details>/g)].length);
    assert.ok(main.indexOf('</details>') < main.indexOf('id="b"'), 'a section ends what it opened');
  });

  it('leads nowhere but to the web, to files of the run and to itself', () => {
    const main = mainOf(
      page(
        '# t\n\n## a\n\n[x](javascript:alert%281%29) [y](#a) [z](https://x.org/) [w](charts/a.svg) [v](//x.org)',
      ),
    );
    assert.deepEqual(
      [...main.matchAll(/href="([^"]*)"/g)].map((match) => match[1]),
      ['#a', 'https://x.org/', 'charts/a.svg'],
    );
  });

  it('draws its signs in text, and leaves them alone in names', () => {
    const main = mainOf(page('# t\n\n## ⚠️ a\n\n✅ done `❌`'));
    assert.equal([...main.matchAll(/<svg class="sign/g)].length, 2);
    assert.match(main, /<code>❌<\/code>/);
  });
});

describe('tables of the page', () => {
  it('name rows and columns, set numbers to the right, and keep a sum at the foot', () => {
    const main = mainOf(
      page(
        '# t\n\n## a\n\n**lead**\n\n| Level | Rate |\n|---|---:|\n| low | 1,000/s |\n| mid | not measured [1] |\n| **all** | 2,000/s |',
      ),
    );
    assert.match(main, /<caption>a: lead<\/caption>/);
    assert.match(main, /<th scope="col" class="n">Rate<\/th>/);
    assert.match(main, /<td class="n none">not measured \[1\]<\/td>/);
    assert.match(main, /<tfoot><tr><th scope="row"><strong>all<\/strong>/);
  });

  it('of a chart hold its values', () => {
    const svg =
      '<svg xmlns="x" viewBox="0 0 760 340" width="760" height="340" role="img">\n<title>The &lt;chart&gt;</title>\n<style>text{}</style>\n<g data-row="low" data-series="p50" data-value="1.00 ms"><rect id="r" fill="url(#r)"/></g><g data-row="mid" data-series="p50" data-value="2.00 ms"/></svg>\n';
    const main = mainOf(page('# t\n\n## a\n\n![what](charts/x.svg)', [['charts/x.svg', svg]]));
    assert.match(main, /role="img" aria-label="The &lt;chart&gt;">/);
    assert.match(main, /<th scope="row">mid<\/th><td class="n">2\.00 ms<\/td>/);
    assert.match(main, /id="figure-1-r" fill="url\(#figure-1-r\)"/);
    assert.doesNotMatch(main, /<style>/);
  });
});
