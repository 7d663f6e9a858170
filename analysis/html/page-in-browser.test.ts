import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findBrowser, HeadlessBrowser } from '../flamegraph/testing/headless-browser.js';
import type { Language } from '../language/language.js';
import { renderReport } from '../report/render-report.js';
import { madeUpCapturedRun } from '../testing/made-up-captured-run.js';
import { reportPage } from './report-page.js';

const path = findBrowser();
const skip =
  path === null ? 'no Chromium on this machine: the page of the report is not tried in a browser' : false;

const RUN = madeUpCapturedRun();

/** Pairs of texts of one chart that lie on each other by more than the air around their letters. */
const OVERLAPPING = `[...document.querySelectorAll('figure.chart svg')].flatMap((svg) => {
  const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim() !== '');
  const boxes = texts.map((text) => text.getBoundingClientRect());
  const found = [];
  boxes.forEach((one, at) => boxes.slice(at + 1).forEach((other, after) => {
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (wide > 2 && high > 4) found.push(texts[at].textContent + ' on ' + texts[at + 1 + after].textContent);
  }));
  return found;
})`;

/** Elements that stand out of the viewport to the right and do not lie in a box that scrolls. */
const TOO_WIDE = `[...document.querySelectorAll('body *')].filter((element) =>
  element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
  element.closest('.wide, .plot, pre, #scroller, .unseen, caption, .skip') === null).map((element) => element.outerHTML.slice(0, 120))`;

/** Ratio of the luminances of text and ground, for each kind of text; the least that is readable is 4.5. */
const CONTRASTS = `(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((part) => {
      const value = part / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const ratio = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  return ['p', 'p.note', 'li', 'th', 'td', 'a', 'summary', '.contents ol ol a', 'figcaption', 'code', 'button', '#note', '#keys', '.none', '.verdict p']
    .flatMap((selector) => [...document.querySelectorAll(selector)].slice(0, 3).map((element) =>
      [selector, ratio(light(getComputedStyle(element).color), light(ground(element)))]));
})()`;

describe('the page of the report in a browser', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-page-'));
  const fileOf = (language: Language): string => pathToFileURL(join(folder, `${language}.html`)).href;
  let browser: HeadlessBrowser;
  const count = (selector: string): Promise<number> =>
    browser.evaluate(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

  before(async () => {
    for (const language of ['en', 'zh'] as const) {
      const page = reportPage(renderReport(RUN, language), RUN, language);
      writeFileSync(join(folder, `${language}.html`), page);
    }
    browser = await HeadlessBrowser.open(path!, fileOf('en'));
    await browser.watch();
    await browser.go(fileOf('en'));
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [width, theme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    it(`fits ${width} pixels in the ${theme} theme, can be read, and no text lies on another`, async () => {
      await browser.look({ width, height: 900, theme });
      await browser.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
      );
      assert.deepEqual(await browser.evaluate(TOO_WIDE), []);
      assert.ok(await browser.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      const contrasts = await browser.evaluate<[string, number][]>(CONTRASTS);
      assert.ok(contrasts.length > 20);
      assert.deepEqual(
        contrasts.filter(([, ratio]) => ratio < 4.5),
        [],
      );
      if (width < 1280) return;
      assert.deepEqual(await browser.evaluate(OVERLAPPING), []);
      await browser.evaluate(
        `(() => { const text = document.querySelector('figure.chart svg .title'); text.after(text.cloneNode(true)); })()`,
      );
      assert.equal((await browser.evaluate<string[]>(OVERLAPPING)).length, 1, 'a planted overlap is found');
      await browser.evaluate(`document.querySelector('figure.chart svg .title').remove()`);
    });
  }

  it('has figures that show something, and a name for every one and for every table', async () => {
    await browser.look({ width: 1280, height: 900, theme: 'light' });
    assert.ok((await count('figure.chart')) > 5);
    const empty = `[...document.querySelectorAll('figure')].filter((figure) =>
      figure.querySelectorAll('svg rect, svg polyline').length === 0 || figure.getBoundingClientRect().height < 60).length`;
    assert.equal(await browser.evaluate(empty), 0);
    assert.equal(await count('svg:not([role="img"])'), 0);
    assert.equal(await count('svg[role="img"][aria-label=""]'), 0);
    const nameless = `[...document.querySelectorAll('table')].filter((table) => (table.querySelector('caption')?.textContent ?? '') === '').length`;
    assert.equal(await browser.evaluate(nameless), 0);
    const levels = await browser.evaluate<number[]>(
      `[...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1]))`,
    );
    assert.equal(levels.filter((level) => level === 1).length, 1);
    for (const [at, level] of levels.entries())
      assert.ok(level <= (levels[at - 1] ?? 0) + 1, `h${level} after h${levels[at - 1]}`);
  });

  it('says the values of a chart to the arrow keys and to the pointer', async () => {
    const plot = `[...document.querySelectorAll('figure.chart')].find((figure) => figure.querySelector('circle')).querySelector('.plot')`;
    await browser.evaluate(`${plot}.focus()`);
    await browser.press('ArrowRight');
    const said = await browser.evaluate<string>(`document.getElementById('chart-said').textContent`);
    assert.match(said, /^p50\. low .*: [\d.]+ (?:µs|ms)/);
    assert.equal(await browser.evaluate(`document.getElementById('chart-tip').hidden`), false);
    assert.equal(await count('line.cross'), 1);
    await browser.press('End');
    assert.notEqual(await browser.evaluate(`document.getElementById('chart-said').textContent`), said);
    await browser.press('Escape');
    assert.equal(await browser.evaluate(`document.getElementById('chart-tip').hidden`), true);
    const bar = await browser.evaluate<{ x: number; y: number }>(`(() => {
      const rect = document.querySelector('figure.chart g[data-row] rect');
      rect.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { left, top, width, height } = rect.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    await browser.click(bar.x, bar.y);
    assert.match(await browser.evaluate(`document.getElementById('chart-tip').textContent`), /: [\d,]+/);
  });

  it('sorts a table by the key Enter, greatest first, and back', async () => {
    // What is folded away takes no key.
    const table = `[...document.querySelectorAll('table.sortable')].find((one) => one.closest('details') === null)`;
    const column = (): Promise<string[]> =>
      browser.evaluate(`[...${table}.tBodies[0].rows].map((row) => row.cells[1].textContent)`);
    const start = await column();
    await browser.evaluate(`${table}.querySelectorAll('th button')[1].focus()`);
    await browser.press('Enter');
    const sorted = await column();
    assert.notDeepEqual(sorted, start);
    assert.deepEqual([...sorted].sort(), [...start].sort());
    assert.equal(
      await browser.evaluate(`${table}.querySelectorAll('th')[1].getAttribute('aria-sort')`),
      'descending',
    );
    await browser.press('Enter');
    await browser.press('Enter');
    assert.deepEqual(await column(), start);
  });

  it('stops at the tables that scroll and at no other, whatever is folded and however wide the window', async () => {
    const wrong = `[...document.querySelectorAll('.wide')].filter((box) => box.clientWidth > 0 &&
      (box.scrollWidth > box.clientWidth) !== box.hasAttribute('tabindex')).length`;
    const stops = (): Promise<number> => count('.wide[tabindex]');
    await browser.until(`${wrong} === 0`);
    await browser.evaluate(
      `document.querySelectorAll('details').forEach((details) => { details.open = !details.open; })`,
    );
    await browser.until(`${wrong} === 0`);
    const wide = await stops();
    await browser.look({ width: 390, height: 900, theme: 'light' });
    await browser.until(`${wrong} === 0`);
    assert.ok((await stops()) > wide);
    await browser.look({ width: 1280, height: 900, theme: 'light' });
    await browser.until(`${wrong} === 0`);
    assert.equal(await stops(), wide);
  });

  it('changes its theme and remembers it', async () => {
    const ground = (): Promise<string> => browser.evaluate('getComputedStyle(document.body).backgroundColor');
    const choose = (theme: string): Promise<void> =>
      browser.evaluate(
        `(() => { const choice = document.getElementById('theme'); choice.value = '${theme}'; choice.dispatchEvent(new Event('change')); })()`,
      );
    const light = await ground();
    await choose('dark');
    const dark = await ground();
    assert.notEqual(dark, light);
    await browser.go(fileOf('en'));
    assert.equal(await ground(), dark);
    assert.equal(await browser.evaluate(`document.getElementById('theme').value`), 'dark');
    await choose('auto');
    assert.equal(await ground(), light);
  });

  it('shows one graph at a time: by tabs, by the link of a picture, and keeps it when another part is visited', async () => {
    assert.ok((await count('[role="tab"]')) > 3);
    assert.equal(await count('#flamegraphs section:not([hidden])'), 1);
    const chosen = (): Promise<string> =>
      browser.evaluate(`document.querySelector('[role="tab"][aria-selected="true"]').id`);
    const first = await chosen();
    await browser.evaluate(`document.getElementById('${first}').focus()`);
    await browser.press('ArrowRight');
    const second = await chosen();
    assert.notEqual(second, first);
    await browser.evaluate(`document.querySelector('.contents a').click()`);
    assert.equal(await chosen(), second);
    await browser.evaluate(`document.querySelector('a.explore').click()`);
    await browser.until(
      `document.querySelector('[role="tab"][aria-selected="true"]').id === 'tab-' + document.querySelector('a.explore').getAttribute('href').slice(7)`,
    );
    await browser.evaluate(`document.getElementById('canvas').focus()`);
    await browser.press('ArrowDown');
    assert.notEqual(await browser.evaluate(`document.getElementById('details').textContent`), '');
    const last = await browser.evaluate<string>(`[...document.querySelectorAll('[role="tab"]')].at(-1).id`);
    assert.match(last, /^tab-diff-/);
    await browser.evaluate(`document.getElementById('${last}').click()`);
    assert.equal(await browser.evaluate(`document.getElementById('side').hidden`), false);
  });

  it('speaks Chinese where the report does, with the same numbers', async () => {
    const numbers = `(document.querySelector('main section').textContent.match(/\\d[\\d,.]*/g) ?? []).sort()`;
    const english = await browser.evaluate<string[]>(numbers);
    await browser.go(fileOf('zh'));
    assert.equal(await browser.evaluate('document.documentElement.lang'), 'zh-CN');
    assert.match(
      await browser.evaluate(
        `document.getElementById('reset').textContent + document.getElementById('details').textContent`,
      ),
      /^重置全部/,
    );
    assert.deepEqual(await browser.evaluate<string[]>(numbers), english);
    assert.deepEqual(await browser.evaluate(OVERLAPPING), []);
  });

  it('never spoke to anybody: no error, no line of the console, no request', () => {
    const { errors, requests } = browser.seen;
    assert.deepEqual(errors, []);
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(pathToFileURL(folder).href) && url !== 'about:blank'),
      [],
    );
    assert.ok(requests.length > 0, 'the requests are seen at all');
  });
});
