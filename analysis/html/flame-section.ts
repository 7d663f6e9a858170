import { escapeHtml, scriptJson } from '../flamegraph/html/escape.js';
import type { PageGraph } from '../flamegraph/html/flame-page.js';
import { functionTable, layerTable } from '../flamegraph/html/tables.js';
import { checkIds, viewerControls } from '../flamegraph/html/viewer-markup.js';
import { packGraphs } from '../flamegraph/viewer/packed.js';
import { t } from '../language/language.js';
import type { RunGraphs } from './run-graphs.js';

/** Ids that the viewer finds its parts by. */
export const VIEWER_IDS = [
  ...[
    'viewer',
    'title',
    'note',
    'find',
    'matched',
    'shape',
    'direction',
    'callers',
    'callees',
    'side',
    'colour',
    'reset',
  ],
  ...[
    'view',
    'legend',
    'textures',
    'scroller',
    'spacer',
    'canvas',
    'details',
    'tip',
    'keys',
    'data',
    'chooser',
  ],
] as const;

export const FLAMEGRAPHS_ID = 'flamegraphs';

/** The viewer with a tab for each graph, and each graph in words. Empty without graphs. */
export function flameSection({ graphs, leftOut }: RunGraphs): string {
  if (graphs.length === 0) return '';
  checkIds(graphs);
  const left =
    leftOut === 0
      ? []
      : [
          `<p class="note">${escapeHtml(t`${leftOut} captures have no room here; strata flame draws them.`)}</p>`,
        ];
  return [
    `<section id="${FLAMEGRAPHS_ID}" aria-labelledby="${FLAMEGRAPHS_ID}-heading">`,
    `<h2 id="${FLAMEGRAPHS_ID}-heading">${escapeHtml(heading())}</h2>`,
    `<noscript><p>${escapeHtml(t`The graphs need JavaScript; the tables below do not.`)}</p></noscript>`,
    '<div id="viewer" hidden>',
    tabs(graphs),
    '<div id="panel" role="tabpanel" aria-labelledby="title">',
    '<h3 id="title"></h3>',
    '<p id="note"></p>',
    ...viewerControls(''),
    '</div>',
    '</div>',
    ...left,
    ...graphs.map(inWords),
    `<script type="application/json" id="data">${scriptJson(packGraphs(graphs))}</script>`,
    '</section>',
  ].join('\n');
}

export function heading(): string {
  return t`Flamegraphs`;
}

function tabs(graphs: readonly PageGraph[]): string {
  const each = graphs.map(
    ({ id, title }) =>
      `<button type="button" role="tab" id="tab-${id}" aria-controls="panel" aria-selected="false">${escapeHtml(title)}</button>`,
  );
  return `<div class="tabs" role="tablist" aria-label="${escapeHtml(t`Captures`)}">${each.join('')}</div>`;
}

function inWords({ id, title, graph, changes }: PageGraph): string {
  const layers =
    changes === undefined ? '' : `<h4>${escapeHtml(t`Layers`)}</h4>\n${layerTable(changes, graph)}\n`;
  return `<section id="table-${id}" aria-label="${escapeHtml(title)}">\n${layers}<h4>${escapeHtml(t`Functions: ${title}`)}</h4>\n${functionTable(graph)}\n</section>`;
}
