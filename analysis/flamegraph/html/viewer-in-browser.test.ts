import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { madeUpCpu } from '../../testing/made-up-parts.js';
import { compareGraphs } from '../compare/compare-graphs.js';
import { layerChanges } from '../compare/layer-changes.js';
import { graphOf } from '../graph.js';
import { type StackCapture, stackModel } from '../stack-model.js';
import { HOSTILE_NAMES, madeUpPerf, manyStacks } from '../testing/captures.js';
import { findBrowser, HeadlessBrowser } from '../testing/headless-browser.js';
import { flamePage, type PageGraph } from './flame-page.js';

const path = findBrowser();
const skip = path === null ? 'no Chromium on this machine: the viewer is not tried in a browser' : false;

const LEADER = madeUpCpu(1, 'leader');
const HOSTILE = {
  ...LEADER,
  frames: LEADER.frames.map((frame, index) => ({
    ...frame,
    name: HOSTILE_NAMES[index % HOSTILE_NAMES.length]!,
  })),
};
const named = (id: string, capture: StackCapture): PageGraph => ({
  ...{ id, title: `the ${id}`, note: 'made up', graph: graphOf(stackModel(capture)) },
});

const sides = { before: [LEADER], after: [{ ...LEADER, stacks: LEADER.stacks.slice(3) }] };
const PAGE = flamePage(
  [
    ...[
      named('leader', LEADER),
      named('perf', madeUpPerf(2)),
      named('hostile', HOSTILE),
      named('many', manyStacks(20_000)),
    ],
    {
      id: 'diff',
      title: 'the diff',
      note: 'both',
      graph: compareGraphs(sides),
      changes: layerChanges(sides),
    },
  ],
  'made up',
);

describe('the viewer in a browser', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-flame-'));
  const file = join(folder, 'flame.html');
  let browser: HeadlessBrowser;
  const open = (hash: string): Promise<void> => browser.go(`${pathToFileURL(file).href}${hash}`);
  const text = (id: string): Promise<string> =>
    browser.evaluate(`document.getElementById('${id}').textContent`);
  const hash = (): Promise<string> => browser.evaluate('location.hash');
  const focusGraph = (): Promise<void> => browser.evaluate(`document.getElementById('canvas').focus()`);

  before(async () => {
    writeFileSync(file, PAGE);
    browser = await HeadlessBrowser.open(path!, pathToFileURL(file).href);
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the first graph, draws something, and has its table for readers of text', async () => {
    await open('');
    assert.equal(await text('title'), 'the leader');
    assert.match(await text('details'), /^all: total 1\.09 s, 100 %/);
    const painted = await browser.evaluate<number>(
      `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const canvas = document.getElementById('canvas');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Set();
        for (let at = 0; at < pixels.length; at += 4) colours.add(pixels[at] * 65536 + pixels[at + 1] * 256 + pixels[at + 2]);
        resolve(colours.size);
      })))`,
    );
    assert.ok(painted > 8, `${painted} colours`);
    assert.equal(await browser.evaluate(`document.querySelectorAll('section:not([hidden])').length`), 1);
    assert.equal(
      await browser.evaluate(`document.getElementById('canvas').getAttribute('role')`),
      'application',
    );
  });

  it('moves by arrow keys, zooms by Enter, and keeps the zoom in the address', async () => {
    await open('');
    await focusGraph();
    await browser.press('ArrowDown');
    assert.match(
      await text('details'),
      /^drain \(server\/runtime\/node-runtime\.js\), runtime: total 710 ms/,
    );
    await browser.press('ArrowRight');
    assert.match(await text('details'), /^onParserExecute/);
    await browser.press('ArrowLeft');
    await browser.press('Enter');
    assert.match(await hash(), /graph=leader&zoom=\d+$/);
    await browser.press('ArrowDown');
    await browser.press('Enter');
    const deep = await hash();
    assert.match(deep, /zoom=\d+\.\d+$/);
    await browser.press('Escape');
    await browser.press('Escape');
    assert.equal(await hash(), '#graph=leader');
    await open(deep);
    assert.match(await text('details'), /^step \(server\/consensus\/raft\.js\), consensus/);
  });

  it('goes back by the button of the browser', async () => {
    await open('');
    await focusGraph();
    await browser.press('ArrowDown');
    await browser.press('Enter');
    await browser.evaluate('history.back()');
    await browser.until(`!location.hash.includes('zoom')`);
    await browser.until(`document.getElementById('details').textContent.startsWith('all')`);
  });

  it('zooms by a click, and shows a tooltip with total, self, share and layer', async () => {
    await open('');
    const { x, y } = await browser.evaluate<{ x: number; y: number }>(
      `(() => { const { left, top } = document.getElementById('scroller').getBoundingClientRect(); return { x: left + 600, y: top + 30 }; })()`,
    );
    await browser.click(x, y);
    assert.match(await hash(), /zoom=/);
    const tip = await browser.evaluate<string>(`document.getElementById('tip').innerText`);
    assert.match(tip, /layer \w+\ntotal [\d.]+ ms, [\d.]+ % of all\nself [\d.]+ (ms|µs), [\d.]+ % of all/);
  });

  it('finds functions, with the share of those that match', async () => {
    await open('');
    await focusGraph();
    await browser.press('/');
    for (const letter of 'consensus/') await browser.press(letter);
    // 240 of 1,090 ms; a recursive call counts once.
    assert.match(await text('matched'), /^1 function matches: 22\.0 % \(240 ms\)$/);
    assert.match(await hash(), /find=consensus%2F/);
    await browser.press('Escape');
    assert.equal(await text('matched'), '');
  });

  it('hides a layer by its key in the legend', async () => {
    await open('');
    await browser.evaluate(
      `[...document.querySelectorAll('#legend button')].find((one) => one.textContent.startsWith('network')).click()`,
    );
    assert.match(await text('details'), /^all: total 700 ms/);
    assert.match(await hash(), /hide=idle\.network/);
    assert.equal(
      await browser.evaluate(`document.querySelectorAll('#legend button[aria-pressed="false"]').length`),
      2,
    );
  });

  it('shows callers of a function, and turns everything round', async () => {
    await open('#find=');
    await focusGraph();
    for (const key of ['ArrowDown', 'ArrowDown', 'c']) await browser.press(key);
    assert.match(await text('view'), /^callers of step: 240 ms/);
    await browser.press('ArrowDown');
    await browser.press('ArrowDown');
    assert.match(await text('details'), /^drain/);
    await browser.press('Escape');
    assert.match(await text('view'), /^all stacks/);
    await browser.press('i');
    assert.match(await hash(), /shape=flame/);
    await browser.press('ArrowUp');
    assert.match(await text('details'), /^drain/);
    await browser.press('b');
    assert.match(await text('view'), /from the leaf to its callers/);
  });

  it('chooses a graph, and compares both ways', async () => {
    await open('');
    await browser.evaluate(
      `(() => { const chooser = document.getElementById('chooser'); chooser.value = 'diff'; chooser.dispatchEvent(new Event('change')); })()`,
    );
    assert.equal(await text('title'), 'the diff');
    assert.match(await text('details'), /^all: 100 % to 100 % \(0 points\)/);
    await browser.evaluate(`document.getElementById('side').click()`);
    assert.match(await hash(), /widths=before/);
    assert.match(await text('table-diff'), /too few captures/);
    await open('#graph=perf&shape=flame');
    assert.match(await text('textures'), /JavaScript.*native.*kernel/);
  });

  it('draws no more rows than are in view of 20,000 stacks, and zooms in them', async () => {
    await open('#graph=many');
    await focusGraph();
    for (const key of ['ArrowDown', 'Enter', 'ArrowDown', 'Enter']) await browser.press(key);
    assert.match(await hash(), /zoom=\d+\.\d+/);
    const height = await browser.evaluate<number>(`document.getElementById('canvas').height`);
    assert.ok(height < 2_000, `${height} pixels`);
  });

  it('takes no name for code, and asks nobody for anything', async () => {
    await open('#graph=hostile&find=script');
    assert.match(await text('matched'), /functions match/);
    assert.equal(await browser.evaluate('document.scripts.length'), 2);
    assert.equal(await browser.evaluate(`performance.getEntriesByType('resource').length`), 0);
    const refused = await browser.evaluate<boolean>(
      `new Promise((resolve) => { const image = new Image(); image.onerror = () => resolve(true); image.onload = () => resolve(false); image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='; })`,
    );
    assert.ok(refused, 'the page may load nothing, not even from itself');
  });

  it('starts as usual with an address that makes no sense', async () => {
    for (const wrong of ['#graph=none', '#zoom=99999.4', '#of=77777&view=up', '#find=%E0%A4%A', '#hide=']) {
      await open(wrong);
      assert.equal(await browser.evaluate(`document.getElementById('viewer').hidden`), false);
      assert.notEqual(await text('details'), '');
    }
  });
});
