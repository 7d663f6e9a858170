import type { LayerChanges } from '../compare/layer-changes.js';
import { type NamedGraph, packGraphs } from '../viewer/packed.js';
import { viewerScript } from './bundle.js';
import { escapeHtml, scriptJson } from './escape.js';
import { PAGE_STYLE } from './page-style.js';
import { policyElement } from './policy.js';
import { functionTable, layerTable } from './tables.js';
import { checkIds, viewerControls } from './viewer-markup.js';

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
  checkIds(graphs);
  const script = viewerScript();
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    policyElement([script], PAGE_STYLE),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1 id="title">${escapeHtml(title)}</h1>`,
    '<p id="note"></p>',
    '<noscript><p>The graphs need JavaScript; the tables below do not.</p></noscript>',
    '<main id="viewer" hidden>',
    ...viewerControls(chooser(graphs)),
    '</main>',
    ...graphs.map(section),
    `<script type="application/json" id="data">${scriptJson(packGraphs(graphs))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function chooser(graphs: readonly PageGraph[]): string {
  const options = graphs.map(({ id, title }) => `<option value="${id}">${escapeHtml(title)}</option>`);
  return `<label for="chooser">Graph</label> <select id="chooser">${options.join('')}</select>`;
}

function section({ id, title, graph, changes }: PageGraph): string {
  const layers = changes === undefined ? '' : `<h2>Layers</h2>\n${layerTable(changes, graph)}\n`;
  return `<section id="table-${id}" aria-label="${escapeHtml(title)}">\n${layers}<h2>Functions: ${escapeHtml(title)}</h2>\n${functionTable(graph)}\n</section>`;
}
