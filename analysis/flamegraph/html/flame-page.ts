import { createHash } from 'node:crypto';
import type { LayerChanges } from '../compare/layer-changes.js';
import { type NamedGraph, packGraphs } from '../viewer/packed.js';
import { viewerScript } from './bundle.js';
import { escapeHtml, scriptJson } from './escape.js';
import { PAGE_STYLE } from './page-style.js';
import { functionTable, layerTable } from './tables.js';

export interface PageGraph extends NamedGraph {
  /** The test of the layers, where two sides are compared. */
  readonly changes?: LayerChanges;
}

/**
 * One self-contained page with all graphs and a chooser: no request to anywhere, which its own content security policy enforces (the
 * script and the style are allowed by their hashes, nothing else is). Same graphs, same bytes.
 */
export function flamePage(graphs: readonly PageGraph[], title: string): string {
  if (graphs.length === 0) throw new RangeError('a page of no graphs');
  for (const { id } of graphs)
    if (!/^[\w-]+$/.test(id))
      throw new RangeError(`a graph of id ${JSON.stringify(id)}: letters, digits and dashes`);
  if (new Set(graphs.map(({ id }) => id)).size !== graphs.length)
    throw new RangeError('two graphs of one id');
  const script = viewerScript();
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(PAGE_STYLE)}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    ...controls(graphs, title),
    ...graphs.map(section),
    `<script type="application/json" id="data">${scriptJson(packGraphs(graphs))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Hidden until the script runs: without it the tables are the page. */
function controls(graphs: readonly PageGraph[], title: string): string[] {
  const options = graphs.map(({ id, title: name }) => `<option value="${id}">${escapeHtml(name)}</option>`);
  return [
    `<h1 id="title">${escapeHtml(title)}</h1>`,
    '<p id="note"></p>',
    '<noscript><p>The graphs need JavaScript; the tables below do not.</p></noscript>',
    '<main id="viewer" hidden>',
    '<div class="bar">',
    `<label for="chooser">Graph</label> <select id="chooser">${options.join('')}</select>`,
    '<input id="find" type="search" placeholder="Search functions and files ( / )" aria-label="Search functions and files">',
    '<span id="matched" role="status"></span>',
    '</div>',
    '<div class="bar">',
    button('shape', 'Flame', 'turn the picture upside down (i)'),
    button('direction', 'Bottom up', 'leaves first (b)'),
    button('callers', 'Callers of it', 'who calls the marked function (c)'),
    button('callees', 'Callees of it', 'what the marked function calls (e)'),
    button('side', 'Widths as before', 'widths of the other side'),
    button('colour', 'Colour by layer', 'colours of layers or of changes'),
    button('reset', 'Reset', 'everything as at the start'),
    '<span id="view"></span>',
    '</div>',
    '<div class="bar" id="legend" role="group" aria-label="Layers"></div>',
    '<div class="bar" id="textures"></div>',
    '<div id="scroller"><div id="spacer"><canvas id="canvas" tabindex="0" role="application" aria-describedby="keys"></canvas></div></div>',
    '<div id="details" role="status" aria-live="polite"></div>',
    '<div id="tip" hidden></div>',
    '<p id="keys">Click or <kbd>Enter</kbd> zooms, arrow keys move, <kbd>Esc</kbd> steps back, <kbd>Home</kbd> shows all, <kbd>/</kbd> searches, <kbd>c</kbd> callers, <kbd>e</kbd> callees, <kbd>b</kbd> bottom up, <kbd>i</kbd> upside down. The address keeps the view.</p>',
    '</main>',
  ];
}

function button(id: string, text: string, title: string): string {
  return `<button type="button" id="${id}" title="${escapeHtml(title)}">${escapeHtml(text)}</button>`;
}

function section({ id, title, graph, changes }: PageGraph): string {
  const layers = changes === undefined ? '' : `<h2>Layers</h2>\n${layerTable(changes)}\n`;
  return `<section id="table-${id}" aria-label="${escapeHtml(title)}">\n${layers}<h2>Functions: ${escapeHtml(title)}</h2>\n${functionTable(graph)}\n</section>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
